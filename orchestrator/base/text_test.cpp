// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace base {

TEST(Glob, StarCrossesSlashes) {
  EXPECT_TRUE(glob_match("mm/*pin*", "mm/gup_longterm/R/O longterm GUP pin in memfd"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_FALSE(glob_match("mm/cow", "mm/cow/case"));
  EXPECT_TRUE(glob_match("a?c*", "abc"));
}

TEST(Nearest, OffersATypoAndNothingForAStranger) {
  const std::vector<std::string> keys{"machines", "tests", "kernel"};
  EXPECT_EQ(nearest("machnes", keys), "machines");
  EXPECT_EQ(nearest("zzzzzz", keys), std::nullopt);
}

TEST(Printable, EscapesTerminalControlAndBadUtf8) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1B[2Jb");
  EXPECT_EQ(printable("\xff\xc3\xa9"), "\\xFF\xc3\xa9");
  EXPECT_EQ(printable("a\nb\tc", true), "a\nb\tc");
  EXPECT_EQ(printable("\xc2\x9b" "2J"), "\\xC2\\x9B2J");
  EXPECT_EQ(printable("a\u202eb"), "a\\xE2\\x80\\xAEb");
  EXPECT_EQ(printable("a\u20acb"), "a\u20acb");
}

TEST(PercentEncoding, SurvivesARoundTrip) {
  for (const std::string text : {"", "%", "a b\nc", "plain/path.c", "\x01\xff"})
    EXPECT_EQ(percent_decode(percent_encode(text)), text);
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  EXPECT_EQ(percent_decode("%zz"), std::nullopt);
}

TEST(ShellQuote, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(shell_quote("-m"), "-m");
  EXPECT_EQ(shell_quote("a b"), "'a b'");
  EXPECT_EQ(shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quote(""), "''");
}

TEST(SplitLines, HandlesCarriageReturnsAndAMissingEnd) {
  EXPECT_EQ(split_lines("a\r\nb\n\nc"), (std::vector<std::string_view>{"a", "b", "", "c"}));
  EXPECT_TRUE(split_lines("").empty());
}

}  // namespace base
