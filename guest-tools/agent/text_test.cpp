// SPDX-License-Identifier: Apache-2.0
#include "agent/text.h"

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(Text, NumbersAreWholeWords) {
  std::uint64_t n = 0;
  EXPECT_TRUE(text_u64("18446744073709551615", UINT64_MAX, &n));
  EXPECT_EQ(n, UINT64_MAX);
  EXPECT_FALSE(text_u64("18446744073709551616", UINT64_MAX, &n));
  EXPECT_FALSE(text_u64("", 9, &n));
  EXPECT_FALSE(text_u64("1 ", 9, &n));
  EXPECT_FALSE(text_u64("-1", 9, &n));
  EXPECT_FALSE(text_u64("10", 9, &n));
  EXPECT_FALSE(text_u64("9", 1, &n));
  EXPECT_TRUE(text_u64("0", 0, &n));
}

TEST(Text, LinesAreTakenOneByOne) {
  char text[] = "\na\r\n\n b c\nlast";
  char *rest = text;
  EXPECT_STREQ(text_next_line(&rest), "a");
  EXPECT_STREQ(text_next_line(&rest), " b c");
  EXPECT_STREQ(text_next_line(&rest), "last");
  EXPECT_EQ(text_next_line(&rest), nullptr);
  EXPECT_EQ(text_next_line(&rest), nullptr);
  char carriage[] = "\r\n\r";
  rest = carriage;
  EXPECT_EQ(text_next_line(&rest), nullptr);
}

std::string decoded(std::string word) {
  word.push_back('\0');
  return text_percent_decode(word.data()) ? std::string(word.c_str()) : std::string("!");
}

TEST(Text, PercentDecodingTakesOnlyWhatTheHostWrites) {
  EXPECT_EQ(decoded("a%20b%2F%7E"), "a b/~");
  EXPECT_EQ(decoded("%"), "");
  EXPECT_EQ(decoded(""), "!");
  EXPECT_EQ(decoded("a b"), "!");
  EXPECT_EQ(decoded("%2"), "!");
  EXPECT_EQ(decoded("a%"), "!");
  EXPECT_EQ(decoded("%00"), "!");
  EXPECT_EQ(decoded("caf\xc3\xa9"), "!");
}

TEST(Text, FieldsOfMeminfoAndVmstat) {
  const char* meminfo = "MemTotal:        2030504 kB\nMemFree:  12 kB\nSwapTotal: x kB\nHuge: 18446744073709551616\n";
  std::uint64_t n = 0;
  EXPECT_TRUE(text_field(meminfo, "MemTotal", &n));
  EXPECT_EQ(n, 2030504u);
  EXPECT_TRUE(text_field(meminfo, "MemFree", &n));
  EXPECT_FALSE(text_field(meminfo, "Mem", &n));
  EXPECT_FALSE(text_field(meminfo, "SwapTotal", &n));
  EXPECT_FALSE(text_field(meminfo, "Huge", &n));
  EXPECT_FALSE(text_field("", "MemTotal", &n));
  EXPECT_TRUE(text_field("nr_free_pages 7\npgfault 9", "pgfault", &n));
  EXPECT_EQ(n, 9u);
}

std::string chosen(const char* text, std::size_t size = 16) {
  char out[16];
  text_chosen(text, out, size);
  return out;
}

TEST(Text, TheChosenWordIsTheOneInBrackets) {
  EXPECT_EQ(chosen("always [madvise] never\n"), "madvise");
  EXPECT_EQ(chosen("1\n"), "1");
  EXPECT_EQ(chosen(""), "");
  EXPECT_EQ(chosen("[unclosed"), "unclosed");
  EXPECT_EQ(chosen("always [madvise]", 4), "mad");
}

TEST(Text, WordsAreMatchedWhole) {
  EXPECT_TRUE(text_has_word("cpuset memory hugetlb\n", "hugetlb"));
  EXPECT_FALSE(text_has_word("cpuset memory_x\n", "memory"));
  EXPECT_FALSE(text_has_word("", "memory"));
}

TEST(Text, ListsOfNodesAreCounted) {
  EXPECT_EQ(text_list_count("0-2,5\n"), 4u);
  EXPECT_EQ(text_list_count("0"), 1u);
  EXPECT_EQ(text_list_count("3-1"), 0u);
  EXPECT_EQ(text_list_count("0-"), 0u);
  EXPECT_EQ(text_list_count("0,"), 0u);
  EXPECT_EQ(text_list_count("x"), 0u);
  EXPECT_EQ(text_list_count(""), 0u);
}

TEST(Text, AParentIsFoundBehindAnyName) {
  EXPECT_EQ(text_stat_ppid("12 (cow) S 1 12 12 0"), 1);
  EXPECT_EQ(text_stat_ppid("12 (a) R 7 (b) S 2 0"), 2);
  EXPECT_EQ(text_stat_ppid("12 (cow) S"), -1);
  EXPECT_EQ(text_stat_ppid("12 (cow) S 99999999999"), -1);
  EXPECT_EQ(text_stat_ppid(""), -1);
}

TEST(Text, AFullBufferSaysSoAndStaysTerminated) {
  char data[8];
  text_buffer buffer;
  text_buffer_init(&buffer, data, sizeof data);
  EXPECT_TRUE(text_append(&buffer, "%s", "abc"));
  EXPECT_FALSE(text_append(&buffer, "%d", 123456));
  EXPECT_TRUE(buffer.cut);
  EXPECT_STREQ(data, "abc1234");
  EXPECT_FALSE(text_append(&buffer, "x"));
}

}  // namespace
