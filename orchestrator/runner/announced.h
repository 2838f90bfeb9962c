// SPDX-License-Identifier: Apache-2.0
// The kernel lines a test announces because it causes them (hwpoison, soft offline, OOM): `expected_log` of the
// scenario. The one mechanism for expected splats: a crash report whose first line was announced is none, as
// long as there is room; lines are counted. What goes beyond an announced number is news.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/scenario.h"

namespace runner {

// What became of one announcement.
struct AnnouncedLines {
  std::string pattern;                    // glob over the message, without time and prefix
  std::optional<std::uint64_t> expected;  // exact number of lines; nullopt: any
  std::uint64_t seen = 0;                 // lines
  std::uint64_t reports = 0;              // of them, first lines of reports that were taken as expected
};

class Announced {
 public:
  Announced() = default;
  explicit Announced(const model::TestSpec& test);

  // A line of the log, with its prefix.
  void count(std::string_view line);
  // Whether a report may begin with this line: an announcement matches, and fewer than it allows were claimed.
  bool allows(std::string_view line) const;
  // The same, and takes the room.
  bool claim(std::string_view line);
  std::vector<AnnouncedLines> take() { return std::move(lines_); }

 private:
  AnnouncedLines* find(std::string_view line);
  std::vector<AnnouncedLines> lines_;
};

// "[    1.234567] text" and "[    1.234567][  T12] text" to "text".
std::string_view message_part(std::string_view line);

}  // namespace runner
