// SPDX-License-Identifier: Apache-2.0
// Whether KVM can be used. A /dev/kvm that opens proves nothing (nested or filtered ones abort on the first
// guest), so KVM counts only after a guest has booted on it as far as its agent's first word.
#pragma once
#include <chrono>
#include <string>

#include "async/asio.h"
#include "base/file.h"
#include "guest/qemu/command_line.h"

namespace guest {

struct AcceleratorVerdict {
  Accelerator accelerator = Accelerator::tcg;
  std::string reason;  // one line for people: "KVM cannot run a guest here (...); emulating"
};

// Boots `spec`, a guest whose agent speaks on its port, on KVM. The verdict is kept in `cache` per boot of
// this host, machine and QEMU version, so it is asked for once. A host of another architecture and a missing
// or closed /dev/kvm are answered without a boot. Failing to find out means TCG.
async::task<AcceleratorVerdict> choose_accelerator(QemuSpec spec, std::string qemu_version, base::fs::path cache,
                                                   std::chrono::milliseconds limit);

}  // namespace guest
