// SPDX-License-Identifier: Apache-2.0
#include "lab/check_share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lab {
namespace {

using namespace std::chrono_literals;

std::vector<CheckCandidate> equal_tests(int count) {
  std::vector<CheckCandidate> tests;
  for (int i = 0; i < count; ++i) tests.push_back({"mm/test" + std::to_string(i), 1s});
  return tests;
}

}  // namespace

TEST(CheckShare, IsOneInTwentyAndAtLeastOne) {
  EXPECT_EQ(tests_to_check(equal_tests(60), "run").size(), 3u);
  EXPECT_EQ(tests_to_check(equal_tests(2), "run").size(), 1u);
  EXPECT_TRUE(tests_to_check({}, "run").empty());
}

TEST(CheckShare, IsTheSameForARunAndAnotherForOthers) {
  const auto tests = equal_tests(100);
  EXPECT_EQ(tests_to_check(tests, "run"), tests_to_check(tests, "run"));
  std::set<std::size_t> seen;
  for (int run = 0; run < 200; ++run)
    for (const std::size_t index : tests_to_check(tests, std::to_string(run))) seen.insert(index);
  EXPECT_GT(seen.size(), 95u) << "in the long run all of them are checked";
}

TEST(CheckShare, PassesOverWhatCostsTooMuch) {
  auto tests = equal_tests(40);
  tests[7].expected = 600s;
  for (int run = 0; run < 50; ++run) EXPECT_THAT(tests_to_check(tests, std::to_string(run)), testing::Not(testing::Contains(7u)));
  EXPECT_THAT(tests_to_check(std::vector<CheckCandidate>{{"long", 60s}, {"short", 9s}}, "run"), testing::ElementsAre(1u));
}

}  // namespace lab
