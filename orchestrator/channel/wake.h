// SPDX-License-Identifier: Apache-2.0
// Waking up a guest that was restored from a snapshot: it is told what time it is and gets random numbers of
// its own, and its answer shows that the restore worked.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "async/asio.h"
#include "base/error.h"
#include "channel/message.h"

namespace channel {

struct Wakeup {
  std::uint64_t token = 0;        // what the answer must repeat
  std::uint64_t realtime_ns = 0;  // since 1970
  std::uint64_t seed = 0;         // 0: none, `entropy` counts
  std::string entropy;
};

// The host's clock, 64 bytes of its entropy, a token nobody else has.
base::Result<Wakeup> fresh_wakeup(std::optional<std::uint64_t> seed);

// Sends RESTORED into `port` and waits for READY with the same token. Everything that the guest says stays unread
// in the port, READY included, for the Session that is opened on it next. Errors: no answer in time, the guest is
// gone, or its random numbers are not its own.
async::task<base::Result<Ready>> wake(int port, Wakeup wakeup, std::chrono::milliseconds limit);

}  // namespace channel
