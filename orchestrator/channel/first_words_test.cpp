// SPDX-License-Identifier: Apache-2.0
#include "channel/first_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "async/process.h"
#include "channel/encoder.h"

namespace channel {
namespace {

namespace asio = async::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;

class FirstWordsTest : public testing::Test {
 protected:
  void say(const std::string& bytes) {
    EXPECT_EQ(::write(pair_.second.get(), bytes.data(), bytes.size()), ssize_t(bytes.size()));
  }
  std::string hello(std::uint32_t protocol) { return guest_.frame(Hello{protocol, "b", false, 64, 4096, "r", "m", 1}); }

  base::Result<std::string> heard() {
    std::optional<base::Result<std::string>> result;
    asio::co_spawn(loop_, first_words(pair_.first.get(), 300ms),
                   [&](std::exception_ptr, base::Result<std::string> r) { result = std::move(r); });
    loop_.run();
    return std::move(*result);
  }

  asio::io_context loop_;
  std::pair<base::UniqueFd, base::UniqueFd> pair_ = async::socket_pair().value();
  Encoder guest_;
};

}  // namespace

TEST_F(FirstWordsTest, AreAllThatWasSaidUntilTheAgentAnswers) {
  const std::string words = hello(2) + guest_.frame(Facts{"thp=yes\n"}) + guest_.frame(Pong{1});
  say(words);
  const auto got = heard();
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(*got, words);
  char asked[64];
  EXPECT_GT(::read(pair_.second.get(), asked, sizeof asked), 0) << "a PING";
  const std::string beat = guest_.frame(Heartbeat{});
  say(beat);
  EXPECT_EQ(last_words(pair_.first.get()).value(), beat);
  EXPECT_EQ(last_words(pair_.first.get()).value(), "");
}

TEST_F(FirstWordsTest, AnAgentThatCopiesCannotWakeIsRefused) {
  say(hello(1) + guest_.frame(Facts{}) + guest_.frame(Pong{1}));
  EXPECT_THAT(heard().error().message, HasSubstr("protocol 1"));
}

TEST_F(FirstWordsTest, AGuestThatEndsOrSaysNothingIsAnError) {
  EXPECT_THAT(heard().error().message, HasSubstr("did not wait for a plan"));
  say(hello(2));
  pair_.second.reset();
  loop_.restart();
  EXPECT_THAT(heard().error().message, HasSubstr("ended before"));
}

}  // namespace channel
