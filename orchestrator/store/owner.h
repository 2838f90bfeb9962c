// SPDX-License-Identifier: Apache-2.0
// Who runs a run: process id, its start time and the host's boot id, so that a recycled process id
// or a reboot is not taken for a live owner.
#pragma once
#include <cstdint>
#include <string>

namespace store {

struct Owner {
  std::int64_t pid = 0;
  std::int64_t start = 0;  // field 22 of /proc/PID/stat, clock ticks since boot
  std::string boot;        // /proc/sys/kernel/random/boot_id
};

Owner this_process();
bool alive(const Owner& owner);

}  // namespace store
