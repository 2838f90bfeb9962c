// SPDX-License-Identifier: Apache-2.0
// A loop that is run by hand: what else goes on in it, such as a guest's supervision, goes on between two operations.
#pragma once
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "async/asio.h"

namespace guest {

// Runs the loop until `operation` is over; what it threw is thrown.
template <class T>
T run_until_done(async::asio::io_context& loop, async::task<T> operation) {
  std::optional<T> value;
  std::exception_ptr failure;
  async::asio::co_spawn(loop, std::move(operation), [&](std::exception_ptr e, T v) {
    failure = e;
    if (!e) value = std::move(v);
  });
  loop.restart();  // a poll that found no work has stopped it
  while (!value && !failure && loop.run_one() > 0) {
  }
  if (!value && !failure) throw std::logic_error("the loop ran out of work");
  if (failure) std::rethrow_exception(failure);
  return std::move(*value);
}

}  // namespace guest
