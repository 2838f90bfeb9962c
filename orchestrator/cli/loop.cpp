// SPDX-License-Identifier: Apache-2.0
#include "cli/loop.h"

#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>

namespace cli {

bool run_loop(async::asio::io_context& loop, async::task<void> operation, const std::function<void()>& on_interrupt) {
  namespace asio = async::asio;
  asio::cancellation_signal cancel;
  asio::signal_set signals(loop, SIGINT, SIGTERM);
  bool interrupted = false;
  std::exception_ptr failure;
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    interrupted = true;
    std::signal(SIGINT, SIG_DFL);  // a second one does not wait for us
    std::signal(SIGTERM, SIG_DFL);
    signals.clear();
    on_interrupt();
    cancel.emit(asio::cancellation_type::terminal);
  });
  asio::co_spawn(loop, std::move(operation), asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr e) {
                   failure = e;
                   signals.cancel();
                 }));
  loop.run();
  if (interrupted) return false;
  if (failure) std::rethrow_exception(failure);
  return true;
}

}  // namespace cli
