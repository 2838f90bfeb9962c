// SPDX-License-Identifier: Apache-2.0
// Watches one boot's kernel log while it grows: writes kernel.log, finds crash reports, counts announced lines.
// The log has two sources: /dev/kmsg as the agent sends it, in order with the tests' starts and ends, and the
// console, which still speaks when the agent no longer can.
#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "channel/message.h"
#include "model/scenario.h"
#include "runner/verdicts.h"

namespace runner {

class LogWatch {
 public:
  explicit LogWatch(const base::fs::path& kernel_log);
  ~LogWatch();

  void kmsg(const channel::Kmsg& records);
  void console(std::string_view text);

  // From here on reports belong to `test`, whose announced lines are expected.
  void begin_test(const model::TestSpec& test);
  // Ends the attribution. `final`: the guest is gone, and everything its console still held was given.
  struct Seen {
    std::vector<CrashSeen> crashes;
    std::vector<LogCount> counts;
  };
  Seen end_test(bool final);

  // An unexpected report has begun since the last begin_test (or the boot): the guest is not to be trusted.
  bool crash_open() const;
  // The last `lines` lines of the log, for evidence.
  std::string tail(std::size_t lines) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
