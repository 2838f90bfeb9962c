// SPDX-License-Identifier: Apache-2.0
#include "kernel/waiting.h"

#include <fmt/format.h>

#include <thread>

#include "base/text.h"

namespace kernel {

base::Result<base::FileLock> wait_for_lock(const base::fs::path& path, const Waiting& waiting, bool shared) {
  using namespace std::chrono_literals;
  // Short at first: most locks are held for a moment.
  for (auto pause = 5ms;; pause = std::min(pause * 2, 500ms)) {
    auto lock = base::FileLock::try_acquire(path, shared);
    if (!lock || lock->locked()) {
      if (lock && !shared && !waiting.doing.empty()) lock->say_holder(waiting.doing);
      return lock;
    }
    if (waiting.runner != nullptr && waiting.runner->cancelled()) return base::fail("cancelled while waiting for " + path.string());
    if (waiting.on_wait) {
      const auto holder = base::lock_holder(path);
      waiting.on_wait(holder ? fmt::format("waiting for vmlab {}, which {}", holder->pid, base::printable(holder->doing))
                             : "waiting for another vmlab, which uses " + path.filename().string());
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace kernel
