// SPDX-License-Identifier: Apache-2.0
#include "channel/encoder.h"

#include <gtest/gtest.h>

#include "channel/message_reader.h"

namespace channel {

TEST(Encoder, SaysEveryMessageSoThatTheReaderGetsItBack) {
  TestEnd end{.test = 7, .how = TestEnd::How::signalled, .code = 11, .limit = TestEnd::Limit::hit, .duration_ns = 1,
              .user_us = 2, .system_us = 3, .max_rss_kib = 4};
  const std::vector<Message> said = {
      Hello{1, "b", true, 32, 4096, "r", "ppc", 9}, Facts{"thp=yes\n"}, Heartbeat{5, std::nullopt}, Heartbeat{5, 3},
      TestStart{2, 6}, Output{2, true, 7, std::string("\0x", 2)}, end, Vmstat{2, true, "nr_free_pages 1"}, Kmsg{1, "6,0,1,-;x\n"},
      channel::Setup{2, false, "no pages"}, Evidence{std::nullopt, "stack", "t"}, Log{Log::Level::error, "e"}, Goodbye{"done", 3}, Pong{8},
      Ready{9, 10, 11, 12}};
  Encoder encoder;
  std::string stream;
  for (const Message& message : said) stream += encoder.frame(message);
  std::vector<Message> heard;
  MessageReader reader;
  reader.feed(stream, heard);
  reader.finish(heard);
  ASSERT_EQ(heard.size(), said.size());
  Encoder again;
  std::string echo;
  for (const Message& message : heard) echo += again.frame(message);
  EXPECT_EQ(echo, stream);
  EXPECT_TRUE(std::get<Hello>(heard[0]).big_endian);
  EXPECT_EQ(std::get<Heartbeat>(heard[2]).test, std::nullopt);
}

TEST(Encoder, APadSaysNothingButShowsWhatIsMissingBeforeIt) {
  Encoder encoder;
  MessageReader reader;
  std::vector<Message> heard;
  reader.feed(encoder.pad(), heard);
  EXPECT_TRUE(heard.empty());
  encoder.lose(2);
  reader.feed(encoder.pad(), heard);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_EQ(std::get<Trouble>(heard[0]).amount, 2u);
}

}  // namespace channel
