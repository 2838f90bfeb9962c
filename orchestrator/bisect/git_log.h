// SPDX-License-Identifier: Apache-2.0
// The log that `git bisect log` writes and `git bisect replay` reads, as far as commits are judged in it.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"

namespace bisect {

enum class Judged { good, bad, skip };

struct LogLine {
  Judged judged = Judged::good;
  std::string commit;  // as the log names it
  int line = 0;
};

// Reads a log: "git bisect start BAD GOOD..", "git bisect good|bad|skip REV..", the terms "old" and "new" and those that
// "git bisect start --term-old= --term-new=" names. What is none of that is a mistake with its line.
std::expected<std::vector<LogLine>, base::Diagnostics> read_git_log(std::string_view text, const std::string& file);

struct LogEntry {
  Judged judged;
  std::string commit, subject;
};
// One that git can replay. `first_bad`: the culprit's entry, or nullptr.
std::string git_log_text(const std::string& bad, const std::string& good, const std::vector<LogEntry>& entries,
                         const LogEntry* first_bad);

}  // namespace bisect
