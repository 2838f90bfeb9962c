// SPDX-License-Identifier: Apache-2.0
#include "async/task_group.h"

#include "base/error.h"

namespace async {

TaskGroup::TaskGroup(asio::any_io_executor executor) : executor_(executor), changed_(executor) {
  changed_.expires_at(std::chrono::steady_clock::time_point::max());
}

TaskGroup::~TaskGroup() { VMLAB_ASSERT(live_.empty()); }

void TaskGroup::spawn(task<void> operation) {
  const auto entry = live_.emplace(live_.end());
  asio::co_spawn(executor_, std::move(operation),
                 asio::bind_cancellation_slot(entry->slot(), [this, entry](std::exception_ptr failure) {
                   if (failure && !first_failure_) {
                     first_failure_ = failure;
                     cancel();
                   }
                   live_.erase(entry);
                   if (live_.empty()) changed_.cancel();
                 }));
}

void TaskGroup::cancel() {
  // A task may end, and leave the list, while its signal is being delivered.
  for (auto it = live_.begin(); it != live_.end();) {
    const auto current = it++;
    current->emit(asio::cancellation_type::terminal);
  }
}

task<void> TaskGroup::join() {
  co_await asio::this_coro::throw_if_cancelled(false);
  bool cancelled = false;
  while (!live_.empty()) {
    (void)co_await changed_.async_wait(as_tuple_awaitable);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!live_.empty() && state.cancelled() != asio::cancellation_type::none && !cancelled) {
      cancelled = true;
      cancel();
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    }
  }
  if (first_failure_) std::rethrow_exception(std::exchange(first_failure_, nullptr));
  if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace async
