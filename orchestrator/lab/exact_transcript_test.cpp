// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire/message.h"
#include "wire/wire.h"

namespace lab {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::string frame(std::uint8_t type, std::uint32_t sequence, const wire_writer& writer) {
  std::string bytes(WIRE_HEADER_SIZE + writer.used, '\0');
  wire_encode(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(), type, sequence, writer.data, writer.used);
  return bytes;
}

std::string start_at(std::uint64_t ns) {
  std::uint8_t payload[64];
  wire_writer writer;
  wire_writer_init(&writer, payload, sizeof payload);
  const wire_test_start message{0, ns};
  wire_put_test_start(&writer, &message);
  return frame(WIRE_TEST_START, 0, writer);
}

std::string output(std::uint64_t ns, std::string_view text) {
  std::uint8_t payload[256];
  wire_writer writer;
  wire_writer_init(&writer, payload, sizeof payload);
  const wire_output message{0, WIRE_STDOUT, ns, {reinterpret_cast<const std::uint8_t*>(text.data()), static_cast<std::uint32_t>(text.size())}};
  wire_put_output(&writer, &message);
  return frame(WIRE_OUTPUT, 1, writer);
}

}  // namespace

TEST(ExactTranscript, ThatIsTheSameToTheByteHasNoDifference) {
  const Transcript a{"one\ntwo\n", start_at(5)};
  EXPECT_THAT(differences(a, a), IsEmpty());
  EXPECT_EQ(transcript_hash(a), transcript_hash(Transcript(a)));
}

TEST(ExactTranscript, SaysFromWhichLineOnTheConsolesDiffer) {
  const Transcript a{"one\ntwo\nthree\n", ""}, b{"one\ntwo\x1b[2J\nthree\n", ""};
  const auto found = differences(a, b);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].line, 2u);
  EXPECT_EQ(found[0].text(), "console.log from line 2 on: \"two\", then \"two\\x1B[2J\"");
  EXPECT_NE(transcript_hash(a), transcript_hash(b));
}

TEST(ExactTranscript, ThatIsShorterEndsInNothing) {
  const auto found = differences({"one\ntwo\n", ""}, {"one\n", ""});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].text(), "console.log from line 2 on: \"two\", then nothing");
  // Only the end of a line differs.
  EXPECT_THAT(differences({"one\n", ""}, {"one", ""}), SizeIs(1));
}

TEST(ExactTranscript, OfAGuestThatVmlabEndedIsComparedAsFarAsItGoes) {
  const Transcript whole{"one\ntwo\n", start_at(5)}, cut{"one\ntw", "", true}, other{"one\ntx", "", true};
  EXPECT_THAT(differences(whole, cut), IsEmpty());
  EXPECT_THAT(differences(cut, whole), IsEmpty());
  EXPECT_THAT(differences(whole, other), SizeIs(1));
}

TEST(ExactTranscript, TellsTheAgentsWordsApartByTheirTimes) {
  const Transcript a{"", start_at(5) + output(6, "ok 1\nok 2\n")}, b{"", start_at(5) + output(7, "ok 1\nok 2\n")};
  const auto found = differences(a, b);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].line, 2u);
  EXPECT_EQ(found[0].first, "stdout of test 0 at 6 ns: ok 1");
  EXPECT_EQ(found[0].second, "stdout of test 0 at 7 ns: ok 1");
}

TEST(ExactTranscript, SurvivesWordsThatAreNone) {
  EXPECT_THAT(spoken_text(std::string(100, 'x') + start_at(5)), HasSubstr("test 0 starts at 5 ns"));
  const auto found = differences({"", "garbage"}, {"", "garbagf"});
  EXPECT_THAT(found, SizeIs(1));
}

}  // namespace lab
