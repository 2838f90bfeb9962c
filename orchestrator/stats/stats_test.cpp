// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stats/correction.h"
#include "stats/dependence.h"
#include "stats/interval.h"
#include "stats/power.h"
#include "stats/random.h"
#include "stats/mann_whitney.h"
#include "stats/series.h"
#include "stats/summary.h"
#include "stats/welch.h"

namespace stats {
namespace {
using Values = std::vector<double>;
}

TEST(RankTest, ThreeAgainstThreeCannotReachOnePercent) {
  EXPECT_NEAR(rank_test(Values{1, 2, 3}, Values{11, 12, 13}).p, 0.1, 1e-12);
  EXPECT_EQ(samples_to_reach(3, 3, 0.01), 2);
}

TEST(RankTest, CountsEverySubset) {
  EXPECT_NEAR(rank_test(Values{1, 2, 3, 4, 5}, Values{6, 7, 8, 9, 10}).p, 2.0 / 252, 1e-12);
  EXPECT_NEAR(rank_test(Values{1, 2, 3, 4, 6}, Values{5, 7, 8, 9, 10}).p, 4.0 / 252, 1e-12);
  EXPECT_NEAR(rank_test(Values{1, 1, 1}, Values{2, 2, 2}).p, 0.1, 1e-12);
  EXPECT_EQ(rank_test(Values{7, 7, 7}, Values{7, 7, 7}).p, 1);
  EXPECT_EQ(rank_test(Values{}, Values{7}).p, 1);
}

TEST(RankTest, ApproximatesLargeSamplesCloseToTheCount) {
  Random random(3);
  Values a, b;
  for (int i = 0; i < 50; ++i) a.push_back(random.normal()), b.push_back(random.normal() + 0.5);
  const RankTest exact = rank_test(a, b);
  a.push_back(random.normal());
  const RankTest approximate = rank_test(a, b);
  EXPECT_TRUE(exact.exact);
  EXPECT_FALSE(approximate.exact);
  EXPECT_NEAR(std::log(exact.p), std::log(approximate.p), 0.7);
}

TEST(ShiftInterval, LeavesOutZeroExactlyWhenTheRankTestRejects) {
  Random random(5);
  for (int round = 0; round < 300; ++round) {
    Values a, b;
    for (int i = 0; i < 8; ++i) a.push_back(random.normal()), b.push_back(random.normal() + 1.5);
    const auto interval = shift_interval(a, b, 0.01);
    ASSERT_TRUE(interval);
    EXPECT_EQ(!interval->contains(0), rank_test(a, b).p <= 0.01);
  }
  EXPECT_FALSE(shift_interval(Values{1, 2, 3}, Values{4, 5, 6}, 0.01));
}

TEST(ShiftInterval, FindsTheSameDifferencesBySearchAsByCounting) {
  Random random(6);
  Values a, b, all;
  for (int i = 0; i < 300; ++i) a.push_back(random.normal()), b.push_back(random.normal());
  for (const double y : b)
    for (const double x : a) all.push_back(y - x);
  all = sorted(all);
  for (const std::size_t k : {1u, 500u, 45000u, 90000u})
    EXPECT_EQ(kth_difference(sorted(a), sorted(b), k), all[k - 1]);
}

TEST(MedianInterval, NeedsEightValuesForOnePercent) {
  EXPECT_FALSE(median_interval(Values{1, 2, 3, 4, 5, 6, 7}, 0.99));
  const auto interval = median_interval(Values{1, 2, 3, 4, 5, 6, 7, 8}, 0.99);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 1);
  EXPECT_EQ(interval->high, 8);
}

// usemem and kernel builds with and without the swap slot cache, as the field printed them.
TEST(Welch, ReachesTheVerdictsOfTheSwapTables) {
  const auto t = [](Moments a, Moments b) { return welch_test(a, b).value(); };
  EXPECT_NEAR(t({424907.60, 24410.78, 16}, {414745.92, 34554.78, 16}).t, -0.96, 0.01);
  EXPECT_NEAR(t({163308.82, 11635.72, 16}, {167314.50, 18434.99, 16}).t, 0.73, 0.01);
  const Welch sequential = t({6150056.79, 103205.90, 16}, {6321469.06, 115878.16, 16});
  EXPECT_NEAR(sequential.t, 4.42, 0.01);
  EXPECT_LT(sequential.p, 0.001);
  EXPECT_NEAR(t({6445.69, 61.95, 12}, {6408.80, 69.46, 12}).t, -1.37, 0.01);
  const Welch build = t({6841.71, 409.04, 12}, {6437.99, 435.55, 12});
  EXPECT_NEAR(build.t, -2.34, 0.01);
  EXPECT_LT(build.p, 0.05);  // but not below 0.01
  EXPECT_GT(build.p, 0.01);
}

TEST(Welch, HasNoAnswerWithoutSpreadOrValues) {
  EXPECT_FALSE(welch_test({1, 0, 5}, {2, 0, 5}));
  EXPECT_FALSE(welch_test({1, 1, 1}, {2, 1, 5}));
}

TEST(Correction, FollowsHolmAndBenjaminiHochberg) {
  const Values p{0.01, 0.04, 0.03};
  EXPECT_NEAR(holm(p)[0], 0.03, 1e-12);
  EXPECT_NEAR(holm(p)[1], 0.06, 1e-12);
  EXPECT_NEAR(holm(p)[2], 0.06, 1e-12);
  EXPECT_NEAR(false_discovery(p)[0], 0.03, 1e-12);
  EXPECT_NEAR(false_discovery(p)[2], 0.04, 1e-12);
}

TEST(Dependence, KeepsSeriesThatHangTogetherFromLookingDifferent) {
  Random random(11);
  int alarms = 0;
  for (int round = 0; round < 400; ++round) {
    Values sides[2];
    for (Values& side : sides)
      for (double x = random.normal(); side.size() < 12;) {
        side.push_back(x);
        x = 0.5 * x + std::sqrt(0.75) * random.normal();
      }
    const double p = rank_test(sides[0], sides[1]).p;
    alarms += dependent_p(sides[0], sides[1], p, dependence(sides[0], sides[1])) <= 0.01;
  }
  EXPECT_LE(alarms, 10);  // the rank test alone: about 45
}

TEST(Dependence, HasIntervalsThatBelongToItsP) {
  Random random(13);
  for (int round = 0; round < 200; ++round) {
    Values a, b;
    for (int i = 0; i < 10; ++i) a.push_back(random.normal()), b.push_back(random.normal() + 2);
    const Dependence dependent = dependence(a, b);
    const double rank_p = rank_test(a, b).p;
    const bool by_ranks = rank_p <= weakened_level(0.01, dependent);
    const auto means = dependent_mean_interval(a, b, 0.01, dependent);
    ASSERT_TRUE(means);
    EXPECT_EQ(dependent_p(a, b, rank_p, dependent) <= 0.01, rank_p <= 0.01 && (by_ranks || !means->contains(0)));
  }
  EXPECT_EQ(weakened_level(0.01, {}), 0.01);
  EXPECT_FALSE(dependent_mean_interval(Values{1, 1}, Values{1, 1}, 0.01, {}));
}

TEST(Series, SeesDriftAndWarmUp) {
  const Values drift{1, 2, 3.2, 2.9, 5, 6, 7, 8, 9.5, 9.1};
  EXPECT_LT(trend(drift).p, 0.001);
  EXPECT_EQ(warm_up(Values{200, 150, 100, 101, 99, 100, 102, 101, 100}), 2u);
  EXPECT_EQ(warm_up(Values{50, 60, 100, 101, 99, 100, 102, 101, 100}), 2u);
  EXPECT_EQ(warm_up(Values{100, 101, 99, 100, 102, 101, 100}), 0u);
  EXPECT_EQ(warm_up(Values{200, 100, 100, 100, 100, 100}), 0u) << "without any range all else is apart";
}

}  // namespace stats
