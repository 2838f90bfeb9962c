// SPDX-License-Identifier: Apache-2.0
// Whether QEMU lets the vCPUs of a guest under the instruction clock take turns. Old ones let one run on and on (7.2: 2
// to 15 changes in 200 ms, and no timer tick on CPU 1 while CPU 0 spins): such a run repeats, but races hardly get a
// chance in it. Proven by a guest in which every vCPU is busy.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "async/asio.h"
#include "base/error.h"
#include "guest/qemu/command_line.h"
#include "image/image.h"
#include "model/plan.h"

namespace lab {

struct VcpuTurns {
  int vcpus = 0;
  std::uint64_t changes = 0;  // how often one found that another had been there, in kProbeMilliseconds
  std::uint64_t least = 0;    // per cent of an even share that the poorest one got
  std::string order;          // a hash of the places where they met: another for each schedule

  bool fair() const;
  // "2 vCPUs change places 546 times in 100 ms"
  std::string text() const;
};

inline constexpr int kProbeMilliseconds = 100;

// The plan that asks for it: guest-tools/agent/vcpus.c.
model::Plan vcpu_plan(std::uint64_t seed);
// What it printed; nullopt when that is something else.
std::optional<VcpuTurns> parse_turns(std::string_view output);
// From everything a guest said over its port.
std::optional<VcpuTurns> turns_in(std::string_view port);

// Boots `spec` under the instruction clock with `base` and the probe. One vCPU needs no proof: nullopt. The answer is
// kept in `cache` by QEMU version, machine and number of vCPUs, so it costs a boot once.
async::task<base::Result<std::optional<VcpuTurns>>> prove_turns(guest::QemuSpec spec, std::string qemu_version,
                                                                const image::BaseImage& base, base::fs::path cache);

}  // namespace lab
