// SPDX-License-Identifier: Apache-2.0
#include "bisect/synthetic.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/program.h"
#include "bisect/git_replay.h"

namespace bisect {
namespace {

TEST(SyntheticHistories, WithoutFlakesAgreeWithGitBisectRunAndTakeNoMoreSteps) {
  if (!base::find_program("git")) GTEST_SKIP() << "there is no git";
  int ours = 0, gits = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Synthetic one = make_synthetic(seed, {.untestable = seed % 3 == 0});
    stats::Random random(seed);
    const Searched searched = search_synthetic(one, {.rates = RateModel::deterministic()}, random);
    const GitReplay git = bisect_with_git(one);
    std::vector<int> found = searched.verdict.candidates;
    std::ranges::sort(found);
    EXPECT_EQ(found, git.candidates) << "seed " << seed;
    EXPECT_TRUE(searched.right);
    ours += searched.runs;
    gits += git.steps;
  }
  EXPECT_LE(ours, gits + 1);
}

TEST(SyntheticHistories, ThatFlakeAreResolvedAtTheAskedConfidence) {
  int wrong = 0;
  constexpr int kHistories = 60;
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
    const Synthetic one = make_synthetic(seed, {.flaky = true, .untestable = seed % 4 == 0, .noise = true});
    stats::Random random(seed);
    const Searched searched = search_synthetic(one, {.confidence = 0.99, .budget = 5000}, random);
    EXPECT_NE(searched.verdict.kind, Verdict::Kind::unresolved) << "seed " << seed;
    wrong += !searched.right;
  }
  EXPECT_LE(wrong, 3);
}

TEST(SyntheticHistories, OfOneSeedAreTheSame) {
  const Synthetic one = make_synthetic(7, {.flaky = true}), again = make_synthetic(7, {.flaky = true});
  EXPECT_EQ(one.culprit, again.culprit);
  EXPECT_EQ(one.contains_culprit, again.contains_culprit);
  EXPECT_EQ(one.bad_rate, again.bad_rate);
}

TEST(LeastRuns, IsTheBinaryLogarithmWhereEveryRunDecides) {
  Synthetic one;
  one.history = History::linear(64);
  EXPECT_NEAR(least_runs(one, 1), 6, 0.01);
}

}  // namespace
}  // namespace bisect
