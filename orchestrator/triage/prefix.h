// SPDX-License-Identifier: Apache-2.0
// What loggers put before a kernel's words, one recogniser per form. Each gives the length of its
// form at the start of `text`, 0 if it is not there. line.cpp applies them in turn.
#pragma once
#include <cstddef>
#include <string_view>

namespace triage::prefix {

enum class Bracket { none, time, caller };

std::string_view skip_blanks(std::string_view text);

// What stands between '[' and ']': a time of printk or of a logger, a caller id, or something else.
Bracket classify_bracket(std::string_view inside);

// "<6>" or "<14>".
std::size_t level_length(std::string_view text);
// RFC 5424 after its "<4>": "1 2026-11-21T12:00:01Z host kernel - - - ".
std::size_t rfc5424_length(std::string_view text);
// A /dev/kmsg record: "6,339,5140900,-,caller=T1;".
std::size_t kmsg_length(std::string_view text, std::string_view& caller);
// "Nov 21 09:10:29 host kernel: ", "2026-11-21T09:10:29+00:00 host kernel[0]: "; after a time stamp
// of its own (journalctl -o short-monotonic) "host kernel: ".
std::size_t syslog_length(std::string_view text, bool stamped);
// "2026-11-21 09:10:29.123 ", "09:10:29.123 ", "12.345678: ".
std::size_t bare_time_length(std::string_view text);
// "Nov 21 09:10:29 " of ts(1) and terminal programs, if no other program's name follows.
std::size_t bare_date_length(std::string_view text);
// dmesg -x: "kern  :warn  : ".
std::size_t facility_length(std::string_view text);
// A console multiplexer's name before a printk prefix: "vm1: [    1.0]", "ttyS0 | <6>".
std::size_t mux_length(std::string_view text);
// Vendors' task marks after a printk time: "c1  5312 ", "-(1)[123:kworker]", "[1: kworker/1:1: 12]".
std::size_t vendor_length(std::string_view text);
// Xen's console: "(d1) ", "(XEN) "; a container's: "stderr F ".
std::size_t tag_length(std::string_view text);
// Whatever stands before a full printk time "[   12.345678" on the same line, if it looks like a
// logger's work: a clock, a short name, the start of a JSON or YAML record.
std::size_t foreign_length(std::string_view text);

}  // namespace triage::prefix
