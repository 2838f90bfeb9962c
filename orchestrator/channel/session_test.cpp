// SPDX-License-Identifier: Apache-2.0
#include "channel/session.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "async/process.h"
#include "wire/message.h"

namespace channel {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using Next = std::expected<Message, ChannelEnd>;

class SessionTest : public testing::Test {
 protected:
  Next next(std::chrono::milliseconds patience = 2s) {
    std::optional<Next> value;
    asio::co_spawn(loop_, session_.next(std::chrono::steady_clock::now() + patience),
                   [&](std::exception_ptr, Next v) { value = std::move(v); });
    while (!value && loop_.run_one() > 0) {
    }
    loop_.restart();
    return std::move(*value);
  }

  void say(std::uint8_t type, std::string_view payload) {
    std::string out(WIRE_HEADER_SIZE + payload.size(), '\0');
    ASSERT_EQ(wire_encode(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), type, sequence_++,
                          reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()), out.size());
    ASSERT_EQ(::write(pair_.second.get(), out.data(), out.size()), ssize_t(out.size()));
  }

  // Runs the loop until the guest's side has got `count` whole frames.
  std::vector<std::pair<int, std::string>> heard(std::size_t count) {
    auto decoder = std::make_unique<wire_decoder>();
    wire_decoder_init(decoder.get());
    std::vector<std::pair<int, std::string>> frames;
    const auto deadline = std::chrono::steady_clock::now() + 5s;
    while (frames.size() < count && std::chrono::steady_clock::now() < deadline) {
      loop_.restart();
      loop_.run_for(1ms);
      std::uint8_t buffer[4096];
      const ssize_t n = ::read(pair_.second.get(), buffer, sizeof buffer);
      if (n > 0) wire_decoder_push(decoder.get(), buffer, static_cast<std::size_t>(n));
      wire_frame frame;
      while (wire_decoder_next(decoder.get(), &frame) == WIRE_FRAME) {
        EXPECT_EQ(frame.sequence, frames.size());
        frames.emplace_back(frame.type, std::string(reinterpret_cast<const char*>(frame.payload), frame.length));
      }
    }
    loop_.restart();
    return frames;
  }

  asio::io_context loop_;
  std::pair<base::UniqueFd, base::UniqueFd> pair_ = async::socket_pair().value();
  Session session_ = Session::open(loop_.get_executor(), pair_.first.get()).value();
  std::uint32_t sequence_ = 0;
};

}  // namespace

TEST_F(SessionTest, HandsOutMessagesThenSaysDeadlineThenClosed) {
  say(WIRE_PONG, std::string_view("\0\0\0\0\0\0\0\7", 8));
  EXPECT_EQ(std::get<Pong>(next().value()).token, 7u);
  EXPECT_EQ(next(10ms).error(), ChannelEnd::deadline);
  say(WIRE_PONG, std::string_view("\0\0\0\0\0\0\0\10", 8));
  pair_.second.reset();
  EXPECT_EQ(std::get<Pong>(next().value()).token, 8u);
  EXPECT_EQ(next().error(), ChannelEnd::closed);
  session_.send_ping(1);
  EXPECT_EQ(next().error(), ChannelEnd::closed);
}

TEST_F(SessionTest, ReportsAFrameThatBrokeOffWithTheConnection) {
  ASSERT_EQ(::write(pair_.second.get(), "VMLB", 4), 4);
  pair_.second.reset();
  const Trouble cut = std::get<Trouble>(next().value());
  EXPECT_EQ(cut.kind, Trouble::Kind::cut);
  EXPECT_EQ(cut.amount, 4u);
  EXPECT_EQ(next().error(), ChannelEnd::closed);
}

TEST_F(SessionTest, CutsAPlanIntoFramesAndKeepsTheOrderOfOrders) {
  const std::string plan(100'000, 'p');
  session_.send_plan(plan);
  session_.send_kill(4);
  session_.send_sysrq('t');
  session_.send_poweroff();
  const auto frames = heard(7);
  ASSERT_EQ(frames.size(), 7u);
  std::string text;
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(frames[i].first, WIRE_PLAN);
    EXPECT_EQ(frames[i].second[0], i == 3 ? 1 : 0);
    text += frames[i].second.substr(5);
  }
  EXPECT_EQ(text, plan);
  EXPECT_EQ(frames[4], std::pair(int(WIRE_KILL), std::string("\0\0\0\4", 4)));
  EXPECT_EQ(frames[5], std::pair(int(WIRE_SYSRQ), std::string("t")));
  EXPECT_EQ(frames[6].first, WIRE_POWEROFF);
}

TEST_F(SessionTest, KeepsAChattyGuestFromFillingTheMemory) {
  std::string frame(WIRE_HEADER_SIZE + 8, '\0');
  std::size_t sent = 0;
  const auto deadline = std::chrono::steady_clock::now() + 300ms;
  while (std::chrono::steady_clock::now() < deadline) {
    wire_encode(reinterpret_cast<std::uint8_t*>(frame.data()), frame.size(), WIRE_PONG, sequence_,
                reinterpret_cast<const std::uint8_t*>("\0\0\0\0\0\0\0\7"), 8);
    if (::write(pair_.second.get(), frame.data(), frame.size()) == ssize_t(frame.size())) ++sequence_, ++sent;
    loop_.restart();
    loop_.poll();
  }
  loop_.restart();
  EXPECT_LT(sent, 20'000u) << "nobody reads, so the guest must be stopped";
  pair_.second.reset();
  std::size_t got = 0;
  while (const auto message = next()) got += std::holds_alternative<Pong>(*message);
  EXPECT_EQ(got, sent) << "and nothing may be lost";
}

}  // namespace channel
