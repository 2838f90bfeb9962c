// SPDX-License-Identifier: Apache-2.0
// Takes the wrapping off a console line: mail quotes, log levels, time stamps, caller ids, syslog
// heads.
#pragma once
#include <string_view>

namespace triage {

struct Line {
  std::string_view body;    // what printk() was given, leading blanks removed
  std::string_view caller;  // "T123" or "C1" (CONFIG_PRINTK_CALLER); empty when the log has none
  std::string_view time;    // printk's own time, "12.345678"; empty when there is none
  bool stamped = false;     // carried a printk level, time stamp or syslog "kernel:" head
};

// Never fails: a line with no known prefix is all body. The views point into `raw`, which must be
// one line without its terminator.
Line parse_line(std::string_view raw);

// Removes terminal colour sequences and NUL bytes in place; returns the new length.
std::size_t strip_escapes(char* text, std::size_t length);

}  // namespace triage
