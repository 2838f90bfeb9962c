// SPDX-License-Identifier: Apache-2.0
#include "cli/shrink.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace cli {
namespace {

std::int64_t number(const std::string& word) { return base::parse_int(word).value_or(0); }

}  // namespace

TEST(Shrink, HalvesEachNumberForAsLongAsTheFailureStays) {
  int asked = 0;
  const Words least = shrink({"anon", "64", "32"}, [&](const Words& words) {
    ++asked;
    EXPECT_EQ(words.front(), "anon");
    return number(words[1]) >= 5 && number(words[2]) >= 8;
  });
  EXPECT_EQ(least, (Words{"anon", "8", "8"}));
  EXPECT_EQ(asked, 3 + 4) << "each number's last question is the one that no longer fails";
}

TEST(Shrink, LeavesWhatCannotBeSmaller) {
  const auto never = [](const Words&) { return false; };
  EXPECT_EQ(shrink({"-n", "1", "0", "x8"}, [](const Words&) -> bool { throw std::logic_error("nothing to ask"); }),
            (Words{"-n", "1", "0", "x8"}));
  EXPECT_EQ(shrink({"16"}, never), Words{"16"});
  EXPECT_EQ(shrink({}, never), Words{});
  EXPECT_EQ(shrink({"7"}, [](const Words&) { return true; }), Words{"1"}) << "halves round down, and end at one";
}

}  // namespace cli
