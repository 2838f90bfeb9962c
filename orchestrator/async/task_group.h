// SPDX-License-Identifier: Apache-2.0
// Structured concurrency: tasks spawned into a group end before the group does. The first failure cancels
// the others and is what join() throws.
#pragma once
#include <exception>
#include <list>

#include "async/asio.h"

namespace async {

class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;
  ~TaskGroup();  // join() must have completed

  void spawn(task<void> operation);
  void cancel();
  // Waits for every task. Cancelled while waiting, it cancels them and still waits: clean-up always completes.
  task<void> join();

 private:
  asio::any_io_executor executor_;
  asio::steady_timer changed_;
  std::list<asio::cancellation_signal> live_;
  std::exception_ptr first_failure_;
};

}  // namespace async
