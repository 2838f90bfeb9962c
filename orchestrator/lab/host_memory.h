// SPDX-License-Identifier: Apache-2.0
// How much memory guests may have together.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace lab {

// The bytes of `MemAvailable` in the text of /proc/meminfo: what can be had without swapping, the page cache
// included (proc_meminfo(5)). `MemFree` would leave no room on a host that has been up for a while.
std::optional<std::uint64_t> available_memory(std::string_view meminfo);

// What a cgroup v2 folder still allows: memory.max less what cannot be reclaimed of memory.current; nothing
// when there is no limit.
std::optional<std::uint64_t> cgroup_memory_left(const base::fs::path& cgroup);

// Four fifths of the smaller of both: builds and the lab itself need some, and guests touch less than they
// are given. `proc` and `cgroup` are folders, "/proc" and "/sys/fs/cgroup" on a real host.
std::uint64_t memory_for_guests(const base::fs::path& proc = "/proc",
                                const base::fs::path& cgroup = "/sys/fs/cgroup");

}  // namespace lab
