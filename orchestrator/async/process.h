// SPDX-License-Identifier: Apache-2.0
// Child processes: a spec is a plain value, the process only runs it. The owner ends it by destroying it.
//
// Why not Boost.Process 1.81's launcher: its fork notification deadlocks in programs with threads, it leaks
// descriptors into the child and it runs atexit handlers twice when exec fails. Its handle is not used either,
// because a pidfd on a stream_descriptor is all that waiting needs.
#pragma once
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/asio.h"
#include "base/error.h"
#include "base/file.h"

namespace async {

struct ProcessSpec {
  std::string program;  // a path, or a name looked up in PATH
  std::vector<std::string> arguments;
  base::fs::path directory;                  // empty: ours
  std::vector<std::pair<int, int>> inherit;  // {our descriptor, its number in the child}; numbers > 2
  base::fs::path stdin_file;                 // empty: /dev/null
  base::fs::path stdout_file;                // appended to; empty: /dev/null
  base::fs::path stderr_file;                // appended to; empty: /dev/null
  std::vector<std::pair<std::string, std::string>> environment;  // on top of ours
};

struct ProcessExit {
  int native = 0;  // as waitpid() gives it: exit 9 and SIGKILL stay different
  bool exited() const;
  int code() const;    // exit status; -1 if it was killed
  int signal() const;  // 0 if it exited
  std::string text() const;  // "exit status 3", "killed by signal 9 (Killed)"
};

// A running child in a process group of its own. It dies with the thread that spawned it (PR_SET_PDEATHSIG),
// so spawn from the loop's thread. Destroying it kills the whole group and reaps.
class Process {
 public:
  static base::Result<Process> spawn(asio::any_io_executor executor, const ProcessSpec& spec);
  ~Process();
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;

  pid_t pid() const;
  // Completes once the child has ended and is reaped; may be awaited by one coroutine at a time.
  task<ProcessExit> wait();
  bool running();
  std::optional<ProcessExit> exit();  // non-blocking: empty while it runs
  void signal(int signal_number);     // to the whole group; nothing happens after its end

 private:
  struct State;
  explicit Process(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A connected pair of stream sockets, both close-on-exec and non-blocking.
base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair();

}  // namespace async
