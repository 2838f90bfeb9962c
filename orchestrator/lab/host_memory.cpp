// SPDX-License-Identifier: Apache-2.0
#include "lab/host_memory.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace lab {
namespace {

std::optional<std::uint64_t> number_in(const base::fs::path& file) {
  const auto text = base::read_file(file);
  if (!text) return std::nullopt;
  const auto value = base::parse_int(base::trim(*text));  // "max": no limit
  if (!value || *value < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value);
}

// The value of "NAME 123" or "NAME: 123 kB", a line of its own.
std::optional<std::uint64_t> field(std::string_view text, std::string_view name) {
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.starts_with(name)) continue;
    const std::string_view rest = base::trim(line.substr(name.size()));
    const auto value = base::parse_int(rest.substr(0, rest.find(' ')));
    if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> available_memory(std::string_view meminfo) {
  const auto kilobytes = field(meminfo, "MemAvailable:");
  if (!kilobytes) return std::nullopt;
  return *kilobytes * 1024;
}

std::optional<std::uint64_t> cgroup_memory_left(const base::fs::path& cgroup) {
  const auto limit = number_in(cgroup / "memory.max");
  const auto used = number_in(cgroup / "memory.current");
  if (!limit || !used) return std::nullopt;
  const auto statistics = base::read_file(cgroup / "memory.stat");
  const std::uint64_t cache = statistics ? field(*statistics, "inactive_file ").value_or(0) : 0;
  const std::uint64_t held = *used - std::min(*used, cache);
  return *limit - std::min(*limit, held);
}

std::uint64_t memory_for_guests(const base::fs::path& proc, const base::fs::path& cgroup) {
  const auto meminfo = base::read_file(proc / "meminfo");
  std::optional<std::uint64_t> bytes = meminfo ? available_memory(*meminfo) : std::nullopt;
  if (!bytes)  // no /proc: what is free is certainly available
    bytes = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_AVPHYS_PAGES))) *
            static_cast<std::uint64_t>(std::max(4096L, ::sysconf(_SC_PAGESIZE)));
  if (const auto left = cgroup_memory_left(cgroup)) bytes = std::min(*bytes, *left);
  return *bytes / 10 * 8;
}

}  // namespace lab
