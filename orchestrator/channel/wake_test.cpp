// SPDX-License-Identifier: Apache-2.0
#include "channel/wake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "async/process.h"
#include "channel/encoder.h"
#include "channel/session.h"
#include "wire/message.h"

namespace channel {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

class WakeTest : public testing::Test {
 protected:
  // Wakes the guest at the other end, which says `answer` once it was spoken to.
  base::Result<Ready> woken(const Wakeup& wakeup, std::string answer) {
    std::optional<base::Result<Ready>> result;
    asio::co_spawn(loop_, wake(pair_.first.get(), wakeup, 300ms),
                   [&](std::exception_ptr, base::Result<Ready> r) { result = std::move(r); });
    loop_.run_one();
    if (!answer.empty()) EXPECT_EQ(::write(pair_.second.get(), answer.data(), answer.size()), ssize_t(answer.size()));
    loop_.run();
    loop_.restart();
    return std::move(*result);
  }

  asio::io_context loop_;
  std::pair<base::UniqueFd, base::UniqueFd> pair_ = async::socket_pair().value();
  Encoder guest_;
};

}  // namespace

TEST_F(WakeTest, GivesTimeAndEntropyAndLeavesWhatTheGuestSaidUnread) {
  const Wakeup wakeup = fresh_wakeup(std::nullopt).value();
  const auto ready = woken(wakeup, guest_.frame(Heartbeat{1, std::nullopt}) + guest_.frame(Ready{wakeup.token, 5, 0, 0}));
  ASSERT_TRUE(ready) << ready.error().text();
  EXPECT_EQ(ready->now_ns, 5u);

  std::uint8_t bytes[4096];
  const ssize_t n = ::read(pair_.second.get(), bytes, sizeof bytes);
  wire_decoder decoder;
  wire_decoder_init(&decoder);
  wire_decoder_push(&decoder, bytes, static_cast<std::size_t>(n));
  wire_frame frame;
  ASSERT_EQ(wire_decoder_next(&decoder, &frame), WIRE_FRAME);
  wire_restored heard;
  ASSERT_EQ(frame.type, WIRE_RESTORED);
  ASSERT_TRUE(wire_get_restored(&frame, &heard));
  EXPECT_EQ(heard.entropy.length, 64u);
  EXPECT_GT(heard.realtime_ns, 1'700'000'000ull * 1'000'000'000ull);

  auto session = Session::open(loop_.get_executor(), pair_.first.get()).value();
  std::vector<std::size_t> kinds;
  const auto listen = [&]() -> async::task<void> {
    for (int i = 0; i < 2; ++i) kinds.push_back((co_await session.next(std::chrono::steady_clock::now() + 1s)).value().index());
  };
  asio::co_spawn(loop_, listen(), [](std::exception_ptr e) { EXPECT_FALSE(e); });
  loop_.run_for(2s);
  EXPECT_EQ(kinds, (std::vector<std::size_t>{Message(Heartbeat{}).index(), Message(Ready{}).index()}));
}

TEST_F(WakeTest, TakesNobodyElsesAnswer) {
  const Wakeup wakeup = fresh_wakeup(7).value();
  EXPECT_EQ(wakeup.seed, 7u);
  const auto ready = woken(wakeup, guest_.frame(Ready{wakeup.token + 1, 5, 0, 0}));
  ASSERT_FALSE(ready);
  EXPECT_THAT(ready.error().message, HasSubstr("no answer"));
}

TEST_F(WakeTest, RefusesAGuestWhoseRandomNumbersAreNotItsOwn) {
  const Wakeup wakeup = fresh_wakeup(std::nullopt).value();
  EXPECT_THAT(woken(wakeup, guest_.frame(Ready{wakeup.token, 5, 0, 1})).error().message, HasSubstr("shares"));
}

TEST_F(WakeTest, SeesAGuestThatEnded) {
  pair_.second.reset();
  const auto ready = woken(fresh_wakeup(std::nullopt).value(), {});
  EXPECT_FALSE(ready);
}

TEST_F(WakeTest, ASessionReadsFirstWhatWasSaidBeforeTheFreeze) {
  const std::string before = guest_.frame(Hello{2, "b", false, 64, 4096, "r", "m", 1}) + guest_.frame(Pong{3});
  const std::string live = guest_.frame(Ready{1, 2, 0, 0});
  ASSERT_EQ(::write(pair_.second.get(), live.data(), live.size()), ssize_t(live.size()));
  auto session = Session::open(loop_.get_executor(), pair_.first.get(), before).value();
  std::vector<std::size_t> kinds;
  const auto listen = [&]() -> async::task<void> {
    for (int i = 0; i < 3; ++i) kinds.push_back((co_await session.next(std::chrono::steady_clock::now() + 1s)).value().index());
  };
  asio::co_spawn(loop_, listen(), [](std::exception_ptr e) { EXPECT_FALSE(e); });
  loop_.run_for(2s);
  EXPECT_EQ(kinds, (std::vector<std::size_t>{Message(Hello{}).index(), Message(Pong{}).index(), Message(Ready{}).index()}))
      << "the copy goes on counting frames where it was frozen: no gap";
}

}  // namespace channel
