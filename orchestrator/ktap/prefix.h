// SPDX-License-Identifier: Apache-2.0
// What consoles, log daemons and build services put in front of every line, taken off again:
// printk's time and caller, /dev/kmsg records, `dmesg -x` and `dmesg -T`, syslog and the journal,
// ISO times of CI services. Anything else in front of the first version line is learned from it, as
// tools/testing/kunit does.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace ktap {

// The line without ANSI sequences, trailing carriage returns, NULs at its ends and the prefixes
// that are known everywhere. Blanks that indent the text behind a prefix stay.
std::string clean_line(std::string_view raw);

// Length of "[   12.345678]" (printk's time, "[%5lu.%06lu]") at the front; 0 when there is none.
std::size_t printk_time_length(std::string_view text);

// A prefix nobody could know, with the shape of the one in front of the first version line: runs of
// digits and of blanks may differ, everything else is the same.
class LearnedPrefix {
 public:
  // "guest-1  | TAP version 13" teaches "guest-1  | ". Nesting ("# ", an indentation) is no prefix.
  void learn(std::string_view line);
  bool known() const { return known_; }
  // `line` without the prefix; unchanged when it does not have it.
  std::string_view strip(std::string_view line) const;

 private:
  bool known_ = false;
  std::string shape_;
  std::size_t blanks_ = 0;  // that separate prefix and text
};

}  // namespace ktap
