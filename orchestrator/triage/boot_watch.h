// SPDX-License-Identifier: Apache-2.0
// Tells a machine that started again from a text that only quotes a boot: `dmesg` or
// `cat /proc/version` on the console say "Linux version" too. Owned by the stream's State.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "triage/line.h"

namespace triage {

class BootWatch {
 public:
  enum class Verdict : std::uint8_t { open, reboot, quoted };

  // A line of the current boot, while few have been seen: what a replay would repeat.
  void note(std::string_view raw);
  // The banner of a boot that nobody doubts: forgets the boot before.
  void begin(const Line& banner);
  // Another banner. `before` is the line that stands above it.
  Verdict suspect(const Line& banner, std::string_view before);
  // A line after a banner in doubt.
  Verdict judge(std::string_view raw);
  // The text is over and the banner still in doubt.
  Verdict settle() const;

 private:
  std::vector<std::uint64_t> marks_;      // hashes of lines with a printk time other than zero
  std::string first_time_;                // of marks_
  bool times_differ_ = false;             // else the times say nothing
  bool stamped_ = false, timed_ = false;  // how the first banner was written
  // the banner in doubt
  bool zero_ = false;  // its printk time
  bool early_text_ = false;
  bool asked_ = false;  // the line above is a program's: a replay is likely
  std::size_t seen_ = 0, different_ = 0;
};

// True for a printk time such as "0.000000": before the clock runs.
bool is_zero_time(std::string_view time);

}  // namespace triage
