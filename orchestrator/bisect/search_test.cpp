// SPDX-License-Identifier: Apache-2.0
#include "bisect/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bisect/candidates.h"
#include "bisect/information.h"

namespace bisect {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// Runs the search with an oracle; -1: cannot be tested.
struct Ended {
  Verdict verdict;
  Evidence evidence;
  int steps = 0;
};
Ended search(const History& history, const SearchOptions& options, const std::function<int(int)>& fails) {
  Ended end;
  while (end.steps < 2000) {
    Next step = next(history, end.evidence, options);
    if (auto* verdict = std::get_if<Verdict>(&step)) {
      end.verdict = *verdict;
      return end;
    }
    ++end.steps;
    const int commit = std::get<Probe>(step).commit;
    if (commit == kGoodEnd) ++end.evidence.good_end.passed;
    else if (const int answer = fails(commit); answer < 0) end.evidence.untestable.insert(commit);
    else end.evidence.saw(commit, answer == 1);
  }
  ADD_FAILURE() << "no end";
  return end;
}

SearchOptions exact() { return {.rates = RateModel::deterministic()}; }

TEST(Search, FindsEachCulpritOfALineInAsManyStepsAsABinarySearch) {
  for (const int size : {1, 2, 3, 16, 17, 100}) {
    const History line = History::linear(size);
    for (int culprit = 0; culprit < size; ++culprit) {
      const Ended end = search(line, exact(), [&](int commit) { return commit >= culprit; });
      ASSERT_EQ(end.verdict.kind, Verdict::Kind::culprit);
      EXPECT_EQ(end.verdict.culprit, culprit);
      EXPECT_EQ(end.verdict.confidence, 1);
      EXPECT_LE(end.steps, std::ceil(std::log2(size)));
    }
  }
}

// A base, two branches of four and three commits, their merge and one behind it.
History branches() { return History({{}, {0}, {1}, {2}, {3}, {0}, {5}, {6}, {4, 7}, {8}}); }

TEST(Search, FindsEachCulpritBesideAMerge) {
  const History history = branches();
  for (int culprit = 0; culprit < history.size(); ++culprit) {
    const std::vector<bool> bad = history.descendants(culprit);
    const Ended end = search(history, exact(), [&](int commit) { return bad[static_cast<std::size_t>(commit)]; });
    EXPECT_EQ(end.verdict.culprit, culprit);
    EXPECT_LE(end.steps, 4);
  }
}

TEST(Search, CountsWhatAMergeContainsOnce) {
  EXPECT_THAT(branches().contained(std::vector<double>(10, 1)), ElementsAre(1, 2, 3, 4, 5, 2, 3, 4, 9, 10));
}

TEST(Search, NarrowsToTheStretchThatCannotBeTested) {
  const Ended end = search(History::linear(32), exact(), [](int commit) { return commit >= 10 && commit < 14 ? -1 : commit >= 12; });
  EXPECT_EQ(end.verdict.kind, Verdict::Kind::range);
  EXPECT_THAT(end.verdict.candidates, UnorderedElementsAre(10, 11, 12, 13, 14));
}

TEST(Search, StepsAroundAStretchThatCannotBeTested) {
  const Ended end = search(History::linear(64), exact(), [](int commit) { return commit >= 25 && commit < 40 ? -1 : commit >= 50; });
  EXPECT_EQ(end.verdict.culprit, 50);
  EXPECT_LE(end.steps, 11);
}

TEST(Search, SaysSoWhenNothingMayFlakeAndARunContradictsAnother) {
  Evidence evidence;
  evidence.saw(4, true);
  evidence.saw(4, false);
  const Next step = next(History::linear(8), evidence, exact());
  EXPECT_EQ(std::get<Verdict>(step).kind, Verdict::Kind::unresolved);
}

TEST(Search, OfAFlakyHistoryAskedForMoreConfidenceMakesMoreRuns) {
  const auto sure = [](int commit) { return commit >= 5; };
  const History line = History::linear(16);
  const Ended loose = search(line, {.confidence = 0.9}, sure), strict = search(line, {.confidence = 0.9999}, sure);
  EXPECT_EQ(loose.verdict.culprit, 5);
  EXPECT_EQ(strict.verdict.culprit, 5);
  EXPECT_GE(strict.verdict.confidence, 0.9999);
  EXPECT_LT(loose.steps, strict.steps);
}

TEST(Search, FindsTheCulpritOfAFailureThatComesOneTimeInFour) {
  int turn = 0;
  const Ended end = search(History::linear(32), {}, [&](int commit) { return commit >= 20 && ++turn % 4 == 0; });
  EXPECT_EQ(end.verdict.culprit, 20);
}

TEST(Search, FindsNoCulpritWhereNothingEverFails) {
  const Ended end = search(History::linear(32), {}, [](int) { return 0; });
  EXPECT_EQ(end.verdict.kind, Verdict::Kind::unresolved);
  EXPECT_LE(end.steps, 16);
}

TEST(Search, StopsAtItsBudgetAndNamesWhoIsLeft) {
  int turn = 0;
  const Ended end = search(History::linear(64), {.budget = 10}, [&](int commit) { return (++turn * 7 + commit) % 3 == 0; });
  EXPECT_EQ(end.verdict.kind, Verdict::Kind::unresolved);
  EXPECT_EQ(end.evidence.runs(), 10);
  EXPECT_FALSE(end.verdict.candidates.empty());
}

TEST(Search, OfProbesThatTellAsMuchTakesTheCheaperOne) {
  SearchOptions options = exact();
  options.costs.build = [](int commit) { return commit == 7 ? 1.0 : 100.0; };
  const Next step = next(History::linear(12), {}, options);  // 4 to 8 commits on a side cost no step
  EXPECT_EQ(std::get<Probe>(step).commit, 7);
}

TEST(Search, NeverTakesACheaperProbeThatCouldCostAStep) {
  SearchOptions options = exact();
  options.costs.build = [](int commit) { return commit == 2 ? 1.0 : 100.0; };
  EXPECT_EQ(std::get<Probe>(next(History::linear(16), {}, options)).commit, 7);
}

TEST(Search, KnowsWhatToBuildMeanwhile) {
  EXPECT_THAT(wanted_after(History::linear(16), {}, exact(), 7), UnorderedElementsAre(3, 11));
}

TEST(Search, MakesSeveralRunsOfAKernelThatWasDearToBuild) {
  SearchOptions options;
  options.costs.build = [](int) { return 100.0; };
  Evidence evidence;
  for (int i = 0; i < 6; ++i) evidence.saw(7, i % 3 == 0);
  evidence.good_end.passed = 5;
  const Next step = next(History::linear(8), evidence, options);
  EXPECT_GT(std::get<Probe>(step).runs, 1);
}

TEST(Posterior, ThinksNothingOfCommitsThatAGoodRunContains) {
  Evidence evidence;
  evidence.saw(3, false);
  const Posterior belief = posterior(History::linear(8), evidence, RateModel::deterministic());
  EXPECT_EQ(belief.culprit[3], 0);
  EXPECT_DOUBLE_EQ(belief.culprit[4], 0.25);
}

TEST(Posterior, LearnsTheRatesFromItsEnds) {
  Evidence evidence;
  for (int i = 0; i < 40; ++i) evidence.saw(7, i % 2 == 0);
  for (int i = 0; i < 40; ++i) ++evidence.good_end.passed;
  const Posterior belief = posterior(History::linear(8), evidence, RateModel::flaky());
  EXPECT_NEAR(belief.bad_rate, 0.5, 0.05);
  EXPECT_LT(belief.good_rate, 0.01);
}

TEST(Search, AsksTheGoodEndAgainWhenTheFailureMayBeThereToo) {
  // Commits 4 and 5 failed once in four: is that the failure that is sought, or does it come everywhere?
  Evidence evidence;
  for (const int commit : {4, 5, 6, 7})
    for (int run = 0; run < 4; ++run) evidence.saw(commit, run == 0);
  evidence.commits[0].passed = 1;
  const Next step = next(History::linear(8), evidence, {});
  EXPECT_LE(std::get<Probe>(step).commit, 3);
}

TEST(Information, IsABitWhereARunDecidesAndNothingWhereItCannot) {
  EXPECT_DOUBLE_EQ(information(0.5, 1, 0), 1);
  EXPECT_DOUBLE_EQ(information(0.5, 0.3, 0.3), 0);
  EXPECT_DOUBLE_EQ(information(1, 0.9, 0.1), 0);
}

}  // namespace
}  // namespace bisect
