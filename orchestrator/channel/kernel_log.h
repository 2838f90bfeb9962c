// SPDX-License-Identifier: Apache-2.0
// One kernel log out of two: what the console printed and the records of /dev/kmsg that the agent sent.
//
// Neither is enough. The console has the last words of a panic and all that came before the agent, but only
// the loud levels; /dev/kmsg has every record with its number, but nothing once user space is dead. Most lines
// are in both, with the same stamp of the printk clock, and stand in the merged log once. Pure: bytes in, text out.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace channel {

class KernelLog {
 public:
  // Takes console bytes in any chunks; returns the whole lines that /dev/kmsg has not brought before, each
  // "[    1.234567] text\n", or as it came if it has no stamp (firmware, a shell).
  std::string add_console(std::string_view bytes);

  // Takes records in the format of /dev/kmsg (Documentation/ABI/testing/dev-kmsg); returns the lines the
  // console has not brought before, in the same form. `lost`: how often the ring buffer overran the agent.
  std::string add_records(std::uint32_t lost, std::string_view records);

  // A line of ours, "-- vmlab: text", at the latest time seen so far; returns it with its newline.
  std::string add_remark(std::string text);

  // The guest has ended: a console line without its newline counts as one.
  std::string finish();

  // The merged log so far, in the kernel's order: records by number, what only the console has in between.
  // Lines that begin with "-- vmlab:" are ours and say where something is missing.
  std::string text() const;

  std::uint64_t missing_records() const { return missing_records_; }

  // More text than this is counted but not kept; what add_* return is not affected.
  static constexpr std::size_t kMostText = 64u << 20;

 private:
  static constexpr std::uint32_t kNobody = 0xffffffff;

  struct Line {
    std::string text;              // as printed, without the newline
    std::uint64_t time_us = 0;     // of lines without a stamp: of the line before
    std::uint32_t twin = kNobody;  // index of the same line in the other list
  };
  using Lines = std::vector<Line>;

  bool add(Lines& mine, Lines& theirs, Line line, std::string_view key);
  void console_line(std::string_view line, std::string& fresh);
  void remark(std::uint64_t time_us, std::string text, std::string& fresh);

  Lines console_, records_;
  // Lines still without a twin by hash of stamp and text; equal ones pair up first in, first out.
  struct Queue {
    std::vector<std::uint32_t> lines;
    std::size_t taken = 0;
  };
  using Lone = std::unordered_map<std::uint64_t, Queue>;
  Lone lone_console_, lone_records_;
  std::string partial_;
  std::uint64_t last_console_us_ = 0, last_record_us_ = 0;
  std::uint64_t next_sequence_ = 0;
  bool any_record_ = false;
  std::uint64_t missing_records_ = 0, unkept_ = 0;
  std::size_t kept_ = 0;
};

}  // namespace channel
