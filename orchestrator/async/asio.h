// SPDX-License-Identifier: Apache-2.0
// Asio under the project's names. Include it in .cpp files; headers get by with asio_fwd.h where they can,
// because a translation unit with Asio costs seconds and hundreds of megabytes.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace async {

namespace asio = boost::asio;

// A coroutine that runs on the loop's one thread.
template <class T>
using task = asio::awaitable<T>;

// Completion token: co_await gives (error_code, values...) instead of throwing.
inline constexpr auto as_tuple_awaitable = asio::as_tuple(asio::use_awaitable);

}  // namespace async
