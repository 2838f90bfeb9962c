// SPDX-License-Identifier: Apache-2.0
// Sizes and durations as people write them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace base {

// "64K", "2M", "16MiB", "1G", "4096" to bytes (powers of 1024). nullopt if malformed or too large.
std::optional<std::uint64_t> parse_size(std::string_view text);
// The largest unit that divides it: 2097152 -> "2M", 4097 -> "4097".
std::string format_size(std::uint64_t bytes);

// "90s", "5m", "250ms", "1h30m"; a bare number means seconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// For people: "0.4 s", "12 s", "3 min 05 s", "1 h 02 min".
std::string format_duration(std::chrono::milliseconds duration);

}  // namespace base
