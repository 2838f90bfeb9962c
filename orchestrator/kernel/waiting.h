// SPDX-License-Identifier: Apache-2.0
// Waiting for another process's build, and saying so: a silent wait of ten minutes looks like a hang.
#pragma once
#include <functional>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "kernel/command_runner.h"

namespace kernel {

using OnWait = std::function<void(const std::string& line)>;

struct Waiting {
  std::string doing = {};  // what this process does under the lock, for those who wait: "builds the kernel x"
  OnWait on_wait = {};     // called at once and then twice a second
  const CommandRunner* runner = nullptr;  // once it is cancelled nobody waits any longer
};

// Takes the lock, exclusive ones with a word about `doing`. An Error means that the lock file cannot be made, or
// that the wait was cancelled.
base::Result<base::FileLock> wait_for_lock(const base::fs::path& path, const Waiting& waiting, bool shared = false);

}  // namespace kernel
