// SPDX-License-Identifier: Apache-2.0
// Runs the tools a kernel build needs (make, git, apt-get, tar), one call, one child, until it
// ends. Blocking: call it from a worker thread that lives as long as the program, because the child
// is told to die when the thread that started it ends.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace kernel {

// What to run, as a value. The environment is the caller's, without `unset`, plus `environment`.
struct Command {
  std::string program;  // looked up in PATH unless it has a slash
  std::vector<std::string> arguments;
  base::fs::path directory;  // empty: the caller's
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> unset;
  base::fs::path log_file;  // every line goes there too; empty: none
  std::string input;        // standard input
  bool capture = false;  // standard output becomes CommandOutcome::output; only errors become lines

  std::string text() const;  // one line for /bin/sh
};

struct CommandOutcome {
  int exit_code = -1;  // -1 when a signal ended it
  int signal = 0;
  std::string output;  // captured standard output
  std::string tail;    // the last lines it printed, for messages
  bool ok() const { return exit_code == 0 && signal == 0; }
};

using LineSink = std::function<void(std::string_view line)>;

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  // An Error means that the program could not be run at all, or that the run was cancelled.
  virtual base::Result<CommandOutcome> run(const Command& command,
                                           const LineSink& on_line = {}) = 0;
  // Whether further work is refused.
  virtual bool cancelled() const { return false; }
};

// Runs it and turns an unsuccessful end into an Error that carries the last lines.
base::Result<std::string> run_or_fail(CommandRunner& runner, const Command& command);

// fork and exec, in a process group of its own, with no descriptor but 0, 1, 2. Thread-safe.
class HostCommandRunner : public CommandRunner {
 public:
  base::Result<CommandOutcome> run(const Command& command, const LineSink& on_line = {}) override;
  // Ends what runs now (SIGTERM to the group, SIGKILL two seconds later) and refuses further work.
  void cancel();
  bool cancelled() const override { return cancelled_; }

 private:
  std::atomic<bool> cancelled_ = false;
  std::mutex mutex_;
  std::set<pid_t> groups_;
};

}  // namespace kernel
