// SPDX-License-Identifier: Apache-2.0
#include "runner/announced.h"

#include <gtest/gtest.h>

namespace runner {
namespace {

model::TestSpec hwpoison() {
  model::TestSpec test;
  test.expected_log = {"Memory failure: *", "BUG: injected*"};
  test.expected_log_counts = {{"BUG: injected*", 2}};
  return test;
}

}  // namespace

TEST(Announced, CountsLinesWhateverTheirPrefix) {
  Announced announced(hwpoison());
  for (const char* line : {"[    1.000000] Memory failure: 0x1: recovered", "[    1.2][   T9] Memory failure: 0x2: x",
                           "Memory failure: 0x3: y", "[    2.0] something else"})
    announced.count(line);
  const auto lines = announced.take();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].seen, 3u);
  EXPECT_FALSE(lines[0].expected);
  EXPECT_EQ(lines[1].seen, 0u);
  EXPECT_EQ(lines[1].expected, 2u);
}

TEST(Announced, LetsPassNoMoreReportsThanWereAnnounced) {
  Announced announced(hwpoison());
  const char* head = "[    1.000000] BUG: injected for mm/x";
  EXPECT_TRUE(announced.claim(head));
  EXPECT_TRUE(announced.allows(head));
  EXPECT_TRUE(announced.claim(head));
  EXPECT_FALSE(announced.allows(head));
  EXPECT_FALSE(announced.claim(head)) << "the third one is news";
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(announced.claim("Memory failure: any number"));
  EXPECT_FALSE(announced.claim("WARNING: CPU: 0 PID: 1 at mm/gup.c:1"));
  EXPECT_EQ(announced.take()[1].reports, 2u);
}

TEST(Announced, NothingAllowsNothing) { EXPECT_FALSE(Announced().allows("BUG: x")); }

}  // namespace runner
