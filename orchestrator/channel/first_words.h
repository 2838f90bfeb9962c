// SPDX-License-Identifier: Apache-2.0
// What an agent says before it waits for its plan, as bytes: a snapshot of its guest keeps them, and the Session of
// each copy reads them first (Session::open's said_before).
#pragma once
#include <chrono>
#include <string>

#include "async/asio.h"
#include "base/error.h"

namespace channel {

// Reads until the agent has told its facts and answered a PING: from then on it only waits. Errors: it does not come
// so far within `limit` of the host's time, the guest ends, it says what no such agent says, or it is too old to be
// woken up as a copy (HELLO's protocol below 2).
async::task<base::Result<std::string>> first_words(int port, std::chrono::milliseconds limit);

// What has come since; never blocks. For a guest that stands still, so this is the rest.
base::Result<std::string> last_words(int port);

}  // namespace channel
