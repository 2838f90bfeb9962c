// SPDX-License-Identifier: Apache-2.0
#include "campaign/judge.h"

#include <gtest/gtest.h>

namespace campaign {
namespace {

using model::CaseResult;
using model::Outcome;
using Verdict = Seen::Verdict;

CaseResult row(const std::string& id, const std::string& test, Outcome outcome, int attempt = 1) {
  CaseResult result;
  result.id = id;
  result.test = test;
  result.outcome = outcome;
  result.attempt = attempt;
  return result;
}

const std::vector<CaseResult> kQuiet{row("mm/a/1", "mm/a", Outcome::pass), row("mm/a/2", "mm/a", Outcome::fail),
                                     row("mm/b", "mm/b", Outcome::pass)};

Seen judged(std::vector<CaseResult> seen, const Rules& rules = {}) { return judge(truth_of(kQuiet), seen, rules); }

}  // namespace

TEST(Judge, TheSameRowsInAnyOrderAreRight) {
  EXPECT_EQ(judged({kQuiet[2], kQuiet[1], kQuiet[0]}).verdict, Verdict::right);
}

TEST(Judge, AnAttemptLostToTheHostAndARightOneAreRight) {
  std::vector<CaseResult> seen{row("mm/a/1", "mm/a", Outcome::pass), row("mm/a", "mm/a", Outcome::infra),
                               row("mm/a/1", "mm/a", Outcome::pass, 2), row("mm/a/2", "mm/a", Outcome::fail, 2), kQuiet[2]};
  EXPECT_EQ(judged(seen).verdict, Verdict::right);
  EXPECT_EQ(judged(seen, {.no_infra = true}).verdict, Verdict::wrong);
}

TEST(Judge, AClaimThatTheUndisturbedRunDoesNotMakeIsWrongEvenBesideInfra) {
  const Seen seen = judged({row("mm/a/1", "mm/a", Outcome::fail), row("mm/a", "mm/a", Outcome::infra), kQuiet[2]}, {.must_recover = false});
  EXPECT_EQ(seen.verdict, Verdict::wrong);
  EXPECT_NE(seen.text.find("mm/a/1 fail"), std::string::npos) << seen.text;
}

TEST(Judge, ATestWithoutARowIsLostAndOneWithTwoVerdictsRanTwice) {
  EXPECT_EQ(judged({kQuiet[0], kQuiet[1]}).text, "mm/b was never reported");
  EXPECT_EQ(judged({kQuiet[0], kQuiet[1], kQuiet[2], row("mm/b", "mm/b", Outcome::pass, 2)}).text, "mm/b came to a verdict twice");
}

TEST(Judge, ATestGivenUpIsInfraOnlyWhereTheFaultStays) {
  const std::vector<CaseResult> seen{kQuiet[0], kQuiet[1], row("mm/b", "mm/b", Outcome::infra)};
  EXPECT_EQ(judged(seen, {.must_recover = false}).verdict, Verdict::infra);
  EXPECT_EQ(judged(seen).verdict, Verdict::wrong);
}

TEST(Judge, ATestWithOneSoundAttemptWasNotGivenUp) {
  std::vector<CaseResult> seen{kQuiet[0], kQuiet[1], row("mm/b", "mm/b", Outcome::infra)};
  EXPECT_TRUE(gave_up(truth_of(kQuiet), seen));
  seen.push_back(row("mm/b", "mm/b", Outcome::pass, 2));
  EXPECT_FALSE(gave_up(truth_of(kQuiet), seen));
  EXPECT_TRUE(gave_up(truth_of(kQuiet), std::vector{kQuiet[0]})) << "never reported";
}

TEST(Judge, AGuestThatResetItselfMayHaveCrashedItsTestAndNoOther) {
  const std::vector<CaseResult> seen{kQuiet[0], kQuiet[1], row("mm/b", "mm/b", Outcome::crash)};
  EXPECT_EQ(judged(seen, {.may_crash = {"mm/b"}}).verdict, Verdict::right);
  EXPECT_EQ(judged(seen, {.may_crash = {"mm/a"}}).verdict, Verdict::wrong);
}

TEST(Judge, ADyingGuestMayTakeCasesAlongButNotItsCrash) {
  const std::vector<CaseResult> quiet{row("mm/a/1", "mm/a", Outcome::pass), row("mm/a", "mm/a", Outcome::crash)};
  EXPECT_EQ(judge(truth_of(quiet), std::vector{quiet[1]}, {}).verdict, Verdict::right);
  EXPECT_EQ(judge(truth_of(quiet), std::vector{quiet[0]}, {}).verdict, Verdict::wrong);
}

}  // namespace campaign
