// SPDX-License-Identifier: Apache-2.0
#include "base/units.h"

#include <gtest/gtest.h>

namespace base {
using namespace std::chrono_literals;

TEST(Sizes, ReadWhatPeopleWrite) {
  EXPECT_EQ(parse_size("2M"), 2u << 20);
  EXPECT_EQ(parse_size("16MiB"), 16u << 20);
  EXPECT_EQ(parse_size("4096"), 4096u);
  EXPECT_EQ(parse_size("2X"), std::nullopt);
  EXPECT_EQ(parse_size("99999999999G"), std::nullopt);
  EXPECT_EQ(format_size(2u << 20), "2M");
  EXPECT_EQ(format_size(4097), "4097");
}

TEST(Durations, ReadWhatPeopleWrite) {
  EXPECT_EQ(parse_duration("90"), 90s);
  EXPECT_EQ(parse_duration("1h30m"), 90min);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("soon"), std::nullopt);
  EXPECT_EQ(format_duration(65s), "65 s");
  EXPECT_EQ(format_duration(185s), "3 min 05 s");
}

}  // namespace base
