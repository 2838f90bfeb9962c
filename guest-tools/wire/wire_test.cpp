// SPDX-License-Identifier: Apache-2.0
#include "wire/wire.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "wire/message.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes encode(std::uint8_t type, std::uint32_t sequence, const std::string& payload) {
  Bytes out(WIRE_HEADER_SIZE + payload.size());
  const std::size_t n = wire_encode(out.data(), out.size(), type, sequence,
                                    reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  EXPECT_EQ(n, out.size());
  return out;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes bytes(const std::string& text) { return {text.begin(), text.end()}; }

// "F<type>:<payload>", "S<skipped>" or "V<version>" for each thing the decoder reports.
std::vector<std::string> decode(const Bytes& stream, std::size_t chunk, bool end = false) {
  auto decoder = std::make_unique<wire_decoder>();
  wire_decoder_init(decoder.get());
  std::vector<std::string> seen;
  std::size_t at = 0;
  const auto drain = [&] {
    for (;;) {
      wire_frame frame{};
      switch (wire_decoder_next(decoder.get(), &frame)) {
        case WIRE_NEED_MORE: return;
        case WIRE_SKIPPED: seen.push_back("S" + std::to_string(decoder->skipped)); break;
        case WIRE_OTHER_VERSION: seen.push_back("V" + std::to_string(frame.version)); break;
        case WIRE_FRAME:
          seen.push_back("F" + std::to_string(frame.type) + ":" +
                         std::string(reinterpret_cast<const char*>(frame.payload), frame.length));
          break;
      }
    }
  };
  while (at < stream.size()) {
    at += wire_decoder_push(decoder.get(), stream.data() + at, std::min(chunk, stream.size() - at));
    drain();
  }
  if (end) wire_decoder_end(decoder.get());
  drain();
  return seen;
}

using Seen = std::vector<std::string>;

TEST(Wire, ChecksumIsTheCommonCrc32) { EXPECT_EQ(wire_crc32(0, "123456789", 9), 0xCBF43926u); }

TEST(Wire, HeaderHasTheDocumentedBytes) {
  const Bytes frame = encode(WIRE_OUTPUT, 0x01020304, "ab");
  const Bytes head(frame.begin(), frame.begin() + 16);
  EXPECT_EQ(head, (Bytes{'V', 'M', 'L', 'B', 1, 5, 0, 0, 1, 2, 3, 4, 0, 0, 0, 2}));
  EXPECT_EQ(frame.size(), 22u);
}

TEST(Wire, FramesComeBackWhateverTheChunks) {
  const Bytes stream = encode(1, 0, "hello") + encode(2, 1, "") + encode(3, 2, std::string(65536, 'x'));
  const Seen want{"F1:hello", "F2:", "F3:" + std::string(65536, 'x')};
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{3}, std::size_t{19}, std::size_t{21}, stream.size()})
    EXPECT_EQ(decode(stream, chunk), want) << "chunk " << chunk;
}

TEST(Wire, APayloadAboveTheLimitIsNotEncoded) {
  Bytes out(WIRE_MAX_FRAME + 10);
  const Bytes payload(WIRE_MAX_PAYLOAD + 1);
  EXPECT_EQ(wire_encode(out.data(), out.size(), 1, 0, payload.data(), payload.size()), 0u);
  EXPECT_EQ(wire_encode(out.data(), 21, 1, 0, payload.data(), 2), 0u);
}

TEST(Wire, GarbageIsCountedAndSkipped) {
  const Bytes stream = bytes("junk VML junk") + encode(4, 0, "a") + bytes("V") + encode(5, 1, "b");
  EXPECT_EQ(decode(stream, stream.size()), (Seen{"S13", "F4:a", "S1", "F5:b"}));
}

TEST(Wire, AFrameInsideABrokenFrameIsFound) {
  Bytes broken = encode(4, 0, std::string(10, 'p'));
  broken[25] ^= 1;
  EXPECT_EQ(decode(broken + encode(5, 1, "b"), 7).back(), "F5:b");
  Bytes shortened = encode(4, 0, std::string(20, 'p'));
  shortened.resize(30);  // its tail was lost: the next frame's bytes stand where the payload should
  EXPECT_EQ(decode(shortened + encode(5, 1, "bb"), 100), (Seen{"S30", "F5:bb"}));
}

TEST(Wire, EveryFlippedBitIsNoticed) {
  const Bytes good = encode(6, 7, "payload");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    for (const std::string& what : decode(bad, bad.size(), true)) EXPECT_EQ(what[0], 'S') << "bit " << bit;
  }
}

TEST(Wire, ALengthBeyondTheLimitIsGarbageAtOnce) {
  Bytes stream = encode(6, 0, "x");
  stream[13] = 2;  // 0x00020001
  EXPECT_EQ(decode(stream + encode(1, 1, "y"), 1000), (Seen{"S21", "F1:y"}));
}

TEST(Wire, AnotherVersionIsNamedNotSkipped) {
  Bytes stream = encode(1, 0, "z");
  stream[4] = 9;
  const std::uint32_t crc = wire_crc32(wire_crc32(0, stream.data(), 16), stream.data() + 20, 1);
  for (int i = 0; i < 4; ++i) stream[16 + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  EXPECT_EQ(decode(stream + encode(2, 1, ""), 5), (Seen{"V9", "F2:"}));
}

TEST(Wire, AnUnfinishedFrameIsReportedAtTheEnd) {
  Bytes stream = encode(1, 0, "abc");
  stream.pop_back();
  EXPECT_EQ(decode(stream, 4, false), Seen{});
  EXPECT_EQ(decode(stream, 4, true), Seen{"S22"});
}

TEST(Wire, FieldsAreBigEndianAndBounded) {
  std::uint8_t buffer[64];
  wire_writer w;
  wire_writer_init(&w, buffer, 19);
  wire_put_u8(&w, 1);
  wire_put_u16(&w, 0x0203);
  wire_put_u32(&w, 0x04050607);
  wire_put_u64(&w, 0x08090a0b0c0d0e0fULL);
  wire_put_bytes(&w, "", 0);
  EXPECT_FALSE(w.failed);
  for (std::uint8_t i = 0; i < 15; ++i) EXPECT_EQ(buffer[i], i + 1);
  wire_put_bytes(&w, "ab", 2);
  EXPECT_TRUE(w.failed);
  EXPECT_EQ(w.used, 19u);

  wire_reader r;
  wire_reader_init(&r, buffer, 19);
  EXPECT_EQ(wire_get_u8(&r), 1);
  EXPECT_EQ(wire_get_u16(&r), 0x0203);
  EXPECT_EQ(wire_get_u32(&r), 0x04050607u);
  EXPECT_EQ(wire_get_u64(&r), 0x08090a0b0c0d0e0fULL);
  EXPECT_FALSE(wire_reader_done(&r));
  EXPECT_EQ(wire_get_bytes(&r).length, 0u);
  EXPECT_TRUE(wire_reader_done(&r));
  EXPECT_EQ(wire_get_u8(&r), 0);
  EXPECT_FALSE(wire_reader_done(&r));
}

TEST(Wire, ATextLongerThanItsPayloadFails) {
  const std::uint8_t payload[] = {0xff, 0xff, 0xff, 0xff, 'a'};
  wire_reader r;
  wire_reader_init(&r, payload, sizeof payload);
  EXPECT_EQ(wire_get_bytes(&r).data, nullptr);
  EXPECT_TRUE(r.failed);
}

TEST(Wire, TypesHaveNames) {
  EXPECT_STREQ(wire_type_name(WIRE_TEST_END), "TEST_END");
  EXPECT_EQ(wire_type_name(63), nullptr);
}

wire_bytes text(const char* s) { return {reinterpret_cast<const std::uint8_t*>(s), static_cast<std::uint32_t>(std::strlen(s))}; }
std::string str(wire_bytes b) { return {reinterpret_cast<const char*>(b.data), b.length}; }

TEST(Message, HelloComesBackWhole) {
  const wire_hello sent{WIRE_PROTOCOL, text("build"), {1, 2, 3, 4}, 64, 65536, text("6.12"), text("ppc64"), 123456789012ULL};
  std::uint8_t buffer[100];
  wire_writer w;
  wire_writer_init(&w, buffer, sizeof buffer);
  wire_put_hello(&w, &sent);
  ASSERT_FALSE(w.failed);
  wire_frame frame{1, WIRE_HELLO, 0, buffer, w.used};
  wire_hello got;
  ASSERT_TRUE(wire_get_hello(&frame, &got));
  EXPECT_EQ(got.protocol, 2u);
  EXPECT_EQ(str(got.build), "build");
  EXPECT_EQ(got.byte_order[3], 4);
  EXPECT_EQ(got.page_size, 65536u);
  EXPECT_EQ(str(got.machine), "ppc64");
  EXPECT_EQ(got.boot_ns, 123456789012ULL);
  --frame.length;
  EXPECT_FALSE(wire_get_hello(&frame, &got));
}

TEST(Message, TestEndComesBackWholeAndNothingMayFollow) {
  const wire_test_end sent{3, WIRE_SIGNALLED, 9, WIRE_LIMIT_HIT, 5, 6, 7, 8};
  std::uint8_t buffer[100] = {};
  wire_writer w;
  wire_writer_init(&w, buffer, sizeof buffer);
  wire_put_test_end(&w, &sent);
  EXPECT_EQ(w.used, 42u);
  wire_frame frame{1, WIRE_TEST_END, 0, buffer, w.used};
  wire_test_end got;
  ASSERT_TRUE(wire_get_test_end(&frame, &got));
  EXPECT_EQ(got.test, 3u);
  EXPECT_EQ(got.how, WIRE_SIGNALLED);
  EXPECT_EQ(got.code, 9u);
  EXPECT_EQ(got.limit, WIRE_LIMIT_HIT);
  EXPECT_EQ(got.max_rss_kib, 8u);
  ++frame.length;
  EXPECT_FALSE(wire_get_test_end(&frame, &got));
}

}  // namespace
