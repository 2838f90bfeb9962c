// SPDX-License-Identifier: Apache-2.0
// The wire session with the agent of one guest: messages in, orders out, over the guest's port.
#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <string_view>

#include "async/asio.h"
#include "base/error.h"
#include "channel/message.h"

namespace channel {

// Why there is no message.
enum class ChannelEnd {
  deadline,  // none came in time; the session goes on
  closed,    // the other side is gone and everything it said was handed out
};

class Session {
 public:
  // Works on a duplicate of `port`, a connected non-blocking stream socket. `said_before` is what a restored
  // guest had said before it was frozen (wake.h): it is read first, as if it had come through this port.
  static base::Result<Session> open(async::asio::any_io_executor executor, int port, std::string_view said_before = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  // The next message. One caller at a time. At most about a thousand messages wait for it; after that the guest
  // is kept from sending.
  async::task<std::expected<Message, ChannelEnd>> next(std::chrono::steady_clock::time_point deadline);

  // Orders are queued and sent in their order; with nobody left to take them they are dropped, and next()
  // says closed. A plan goes out in as many frames as it needs.
  void send_plan(std::string_view text);
  void send_kill(std::uint32_t test);
  void send_ping(std::uint64_t token);
  void send_sysrq(char key);
  void send_poweroff();

 private:
  struct State;
  explicit Session(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace channel
