// SPDX-License-Identifier: Apache-2.0
// fork and exec, done once and right: the child has a process group of its own, dies with the thread that
// started it, and gets no descriptor but those it is meant to have. Process (awaited on the loop) and the kernel
// room's command runner (blocking) are built on it. No Asio in here.
#pragma once
#include <sys/types.h>

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace async {

struct Launch {
  std::string program;  // a path, or a name looked up in PATH
  std::vector<std::string> arguments;
  base::fs::path directory;                                      // empty: ours
  std::vector<std::pair<std::string, std::string>> environment;  // on top of ours
  std::vector<std::string> unset;                                // names of ours that the child does not get
  int in = -1, out = -1, err = -1;           // our descriptors that become 0, 1 and 2
  std::vector<std::pair<int, int>> inherit;  // {our descriptor, its number in the child}; numbers > 2
  // What the child gets when the thread that started it ends (PR_SET_PDEATHSIG).
  int death_signal = SIGKILL;
};

// The child's pid, which is its group's id too, once it has become the program: a program that cannot be
// executed is an Error here and leaves no child behind. The caller reaps. Thread-safe.
base::Result<pid_t> launch(const Launch& what);

}  // namespace async
