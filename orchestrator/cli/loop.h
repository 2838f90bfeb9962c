// SPDX-License-Identifier: Apache-2.0
// Runs one coroutine on the event loop until it ends, and makes Ctrl-C end it in good order.
#pragma once
#include <functional>

#include "async/asio.h"

namespace cli {

// Returns false when SIGINT or SIGTERM cut it short; `on_interrupt` has then been called once, to stop what the
// loop cannot reach (builds on worker threads). A second signal ends the program at once: children die with it.
// Exceptions of the operation come out.
bool run_loop(async::asio::io_context& loop, async::task<void> operation, const std::function<void()>& on_interrupt);

}  // namespace cli
