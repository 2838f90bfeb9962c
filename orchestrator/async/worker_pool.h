// SPDX-License-Identifier: Apache-2.0
// The small pool for calls that block: builds, hashing, big file copies. Its threads live as long as the
// program, because a child spawned from a thread dies with that thread (PR_SET_PDEATHSIG).
#pragma once
#include <boost/asio/thread_pool.hpp>
#include <optional>

#include "async/asio.h"

namespace async {

class WorkerPool {
 public:
  explicit WorkerPool(std::size_t threads) : pool_(threads) {}
  ~WorkerPool() { pool_.join(); }

  // Runs `call` on a pool thread and resumes on the caller's executor. Not cancellable: whoever needs to
  // stop early must make `call` return.
  template <class Call, class Value = std::invoke_result_t<Call>>
  task<Value> run(Call call) {
    // Named locals instead of temporaries inside co_await: see the compiler note in the top CMakeLists.txt.
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    asio::steady_timer done(home, std::chrono::steady_clock::time_point::max());
    std::optional<Value> value;
    std::exception_ptr failure;
    bool finished = false;
    asio::post(pool_, [&] {
      try {
        value.emplace(call());
      } catch (...) {
        failure = std::current_exception();
      }
      asio::post(home, [&] {
        finished = true;
        done.cancel();
      });
    });
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto outer = co_await asio::this_coro::cancellation_state;
    (void)outer;
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    while (!finished) {
      const auto [error] = co_await done.async_wait(as_tuple_awaitable);
      (void)error;
    }
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await asio::this_coro::throw_if_cancelled(true);
    if (failure) std::rethrow_exception(failure);
    co_return std::move(*value);
  }

 private:
  asio::thread_pool pool_;
};

}  // namespace async
