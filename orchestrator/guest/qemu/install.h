// SPDX-License-Identifier: Apache-2.0
// Which QEMU this host has for a machine: for doctor, and for every result.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "async/asio.h"
#include "base/error.h"
#include "model/machine.h"

namespace guest {

struct QemuInstall {
  std::string program;       // as looked up: "qemu-system-ppc64"
  std::string version;       // "10.0.2"
  std::string full_version;  // "10.0.2 (Debian 1:10.0.2+ds-2+deb13u1~bpo12+1)": what a result records
  std::array<int, 3> number{};

  bool is_8() const { return number >= std::array{8, 0, 0}; }  // see QemuSpec::qemu_8
  // QEMU 7.2 starves the other vCPUs under the instruction clock (2 changes of CPU in 200 ms where 10.0 has
  // hundreds, no timer tick on CPU1 while CPU0 spins), so races hardly get a chance there.
  bool shares_time_when_exact() const { return number >= std::array{10, 0, 0}; }
};

// Runs `program --version`. Fails with the Debian package as a hint when it is missing.
async::task<base::Result<QemuInstall>> find_qemu(const model::Machine& machine);

// The first line of `qemu-system-x --version`; nullopt if it is something else.
std::optional<QemuInstall> parse_qemu_version(std::string_view text);

// The Debian package that holds a QEMU program: "qemu-system-ppc".
std::string qemu_package(const model::Machine& machine);

}  // namespace guest
