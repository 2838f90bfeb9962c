// SPDX-License-Identifier: Apache-2.0
// Watches one boot's kernel log while it grows: writes kernel.log, finds crash reports, counts announced lines.
//
// The log has two sources: /dev/kmsg as the agent sends it, in order with the tests' starts and ends, and the
// console, which still speaks when the agent no longer can but says nothing about the order of the two. So
// verdicts come from the merged log, into which the console goes when nothing else is to be expected of the agent;
// until then the console is only looked at for reports that /dev/kmsg does not bring.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "channel/message.h"
#include "model/scenario.h"
#include "runner/verdicts.h"

namespace runner {

class LogWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `grace`: how long a report may stand on the console alone before it counts. `vmlinux`: the kernel's, for source
  // lines under a crash; may be empty.
  LogWatch(const base::fs::path& kernel_log, std::chrono::nanoseconds grace, base::fs::path vmlinux = {});
  ~LogWatch();

  void kmsg(const channel::Kmsg& records);
  // Console text as it is printed, for crash_open().
  void glance(std::string_view text, Time now);
  // Console text for the merged log; lines that /dev/kmsg brought are in it once.
  void console(std::string_view text);
  // A remark of ours in the merged log, on a line of its own, behind what it holds so far.
  void remark(std::string_view text);

  // What went wrong before the first test: the boot's own affair. Call it before begin_test().
  std::vector<CrashSeen> end_boot();
  // From here on reports belong to `test`, whose announced lines are expected.
  void begin_test(const model::TestSpec& test);
  // Ends the attribution. `final`: the guest is gone, and everything its console still held was given.
  struct Seen {
    std::vector<CrashSeen> crashes;
    std::vector<AnnouncedLines> announced;
    // The process that the kernel killed last because the whole guest (no mere cgroup) was out of memory.
    std::optional<std::string> starved;
  };
  Seen end_test(bool final);

  // An unexpected report has begun since the last begin_test (or the boot): the guest is not to be trusted.
  bool crash_open(Time now) const;
  // The same, but only the console has it: give console() all there is before asking for a verdict.
  bool only_console_knows(Time now) const;
  // The last `lines` lines of the log, for evidence.
  std::string tail(std::size_t lines) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
