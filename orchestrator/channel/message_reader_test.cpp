// SPDX-License-Identifier: Apache-2.0
#include "channel/message_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/message.h"

namespace channel {
namespace {

using testing::HasSubstr;

wire_bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::uint32_t>(text.size())};
}

std::string frame(std::uint8_t type, std::uint32_t sequence, std::string_view payload) {
  std::string out(WIRE_MAX_FRAME, '\0');
  out.resize(wire_encode(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), type, sequence,
                         bytes(payload).data, payload.size()));
  return out;
}

template <class M>
std::string payload(void (*put)(wire_writer*, const M*), const M& message) {
  std::string out(WIRE_MAX_PAYLOAD, '\0');
  wire_writer writer;
  wire_writer_init(&writer, out.data(), static_cast<std::uint32_t>(out.size()));
  put(&writer, &message);
  EXPECT_FALSE(writer.failed);
  out.resize(writer.used);
  return out;
}

std::string hello(std::uint32_t sequence) {
  wire_hello m{.protocol = WIRE_PROTOCOL, .build = bytes("b1"), .byte_order = {1, 2, 3, 4}, .word_bits = 64,
               .page_size = 4096, .release = bytes("6.12.117"), .machine = bytes("ppc64"), .boot_ns = 5};
  return frame(WIRE_HELLO, sequence, payload(wire_put_hello, m));
}

std::string output(std::uint32_t sequence, std::string_view text) {
  wire_output m{.test = 3, .stream = WIRE_STDERR, .now_ns = 9, .data = bytes(text)};
  return frame(WIRE_OUTPUT, sequence, payload(wire_put_output, m));
}

std::vector<Message> read(std::string_view stream, std::size_t step) {
  MessageReader reader;
  std::vector<Message> messages;
  for (std::size_t at = 0; at < stream.size(); at += step) reader.feed(stream.substr(at, step), messages);
  reader.finish(messages);
  return messages;
}

}  // namespace

TEST(MessageReader, GivesTypedMessagesWhateverTheChunks) {
  const std::string stream = hello(0) + output(1, "ok 1\n");
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    const auto messages = read(stream, step);
    ASSERT_EQ(messages.size(), 2u);
    const Hello& first = std::get<Hello>(messages[0]);
    EXPECT_TRUE(first.big_endian);
    EXPECT_EQ(first.release, "6.12.117");
    const Output& second = std::get<Output>(messages[1]);
    EXPECT_TRUE(second.is_stderr);
    EXPECT_EQ(second.data, "ok 1\n");
  }
}

TEST(MessageReader, ReportsLostAndRepeatedFramesAndStillHandsOutWhatCame) {
  const auto messages = read(hello(0) + output(4, "a") + output(4, "b"), 11);
  ASSERT_EQ(messages.size(), 5u);
  EXPECT_EQ(std::get<Trouble>(messages[1]).kind, Trouble::Kind::lost);
  EXPECT_EQ(std::get<Trouble>(messages[1]).amount, 3u);
  EXPECT_EQ(std::get<Output>(messages[2]).data, "a");
  EXPECT_THAT(std::get<Trouble>(messages[3]).text, HasSubstr("again"));
}

TEST(MessageReader, CountsPaddingButSaysNothingOfIt) {
  EXPECT_EQ(read(hello(0) + frame(WIRE_PAD, 1, "") + frame(WIRE_PAD, 2, "") + output(3, "x"), 7).size(), 2u);
}

TEST(MessageReader, FindsItsWayBackAfterGarbage) {
  const std::string stream = hello(0) + std::string(70000, 'x') + output(1, "a") + "VML";
  const auto messages = read(stream, 1000);
  std::uint64_t skipped = 0;
  int outputs = 0;
  for (const Message& message : messages) {
    if (const auto* trouble = std::get_if<Trouble>(&message)) {
      EXPECT_EQ(trouble->kind, &message == &messages.back() ? Trouble::Kind::cut : Trouble::Kind::skipped);
      skipped += trouble->amount;
    }
    outputs += std::holds_alternative<Output>(message);
  }
  EXPECT_EQ(outputs, 1);
  EXPECT_EQ(skipped, 70003u);
}

TEST(MessageReader, RefusesWhatAPayloadMustNotSay) {
  wire_test_end end{.test = 1, .how = 9};
  wire_output stream{.test = 1, .stream = 0, .data = bytes("x")};
  const std::string bad[] = {frame(WIRE_TEST_END, 0, payload(wire_put_test_end, end)),
                             frame(WIRE_OUTPUT, 0, payload(wire_put_output, stream)),
                             frame(WIRE_PLAN, 0, "not the guest's"), frame(99, 0, ""),
                             frame(WIRE_HELLO, 0, "short"), frame(WIRE_PONG, 0, "123456789")};
  for (const std::string& one : bad) {
    const auto messages = read(one, one.size());
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(std::get<Trouble>(messages[0]).kind, Trouble::Kind::malformed);
  }
}

TEST(Facts, AreFoundByTheirWholeName) {
  const Facts facts{"thp=yes\nthp_sizes=64K 2M\nrelease=6.12\n"};
  EXPECT_EQ(fact(facts, "thp"), "yes");
  EXPECT_EQ(fact(facts, "thp_sizes"), "64K 2M");
  EXPECT_EQ(fact(facts, "th"), std::nullopt);
}

}  // namespace channel
