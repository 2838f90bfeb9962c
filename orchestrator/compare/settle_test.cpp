// SPDX-License-Identifier: Apache-2.0
#include "compare/settle.h"

#include <gtest/gtest.h>

#include "compare/fixture.h"
#include "compare/verdict.h"

namespace compare {
namespace {

using fixture::finished_run;
using fixture::planned;
using fixture::row;
using model::Outcome;

TEST(Settle, TheFirstResultIsNeverReplacedByARetry) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::fail),
                                        row("x86_64", "mm/a", "c", Outcome::pass, "", 2),
                                        row("x86_64", "mm/a", "c", Outcome::pass, "", 3)}));
  ASSERT_EQ(run.cases.size(), 1u);
  EXPECT_EQ(run.cases[0].outcome, Outcome::fail);
  EXPECT_EQ(run.cases[0].attempts, 3);
  EXPECT_EQ(run.cases[0].bad_attempts, 1);
  EXPECT_EQ(exit_code(run), 1);
}

TEST(Settle, ACrashThatDidNotComeBackIsFlakyButStaysTheVerdict) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::pass),
                                        row("x86_64", "mm/a", "(planned case 2)", Outcome::missing),
                                        row("x86_64", "mm/a", "", Outcome::crash),
                                        row("x86_64", "mm/a", "c", Outcome::pass, "", 2),
                                        row("x86_64", "mm/a", "d", Outcome::pass, "", 2),
                                        row("x86_64", "mm/a", "", Outcome::infra, "", 3),
                                        row("x86_64", "mm/a", "(planned case 9)", Outcome::infra, "", 3)}));
  ASSERT_EQ(run.cases.size(), 4u);
  EXPECT_EQ(rate_text(run.cases[0]), "");
  EXPECT_EQ(run.cases[1].outcome, Outcome::missing);
  EXPECT_EQ(rate_text(run.cases[1]), "flaky 1/2");
  EXPECT_EQ(run.cases[2].outcome, Outcome::crash);
  EXPECT_EQ(rate_text(run.cases[2]), "flaky 1/2") << "an attempt lost to the host says nothing";
  EXPECT_EQ(exit_code(run), 1) << "a later pass does not make it good";
}

TEST(Settle, ACaseThatFailsEachTimeIsSolid) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::fail), row("x86_64", "mm/a", "c", Outcome::fail, "", 2),
                                        row("x86_64", "mm/a", "c", Outcome::fail, "", 3)}));
  EXPECT_EQ(rate_text(run.cases[0]), "fails 3/3");
}

TEST(Settle, InfraThatALaterAttemptMadeGoodIsGone) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "c1", Outcome::pass),
                                        row("x86_64", "mm/a", "", Outcome::infra),
                                        row("x86_64", "mm/a", "c1", Outcome::pass, "", 2),
                                        row("x86_64", "mm/a", "c2", Outcome::pass, "", 2)}));
  EXPECT_EQ(run.cases.size(), 2u);
  EXPECT_EQ(exit_code(run), 0);
}

TEST(Settle, InfraToTheEndIsExitThree) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "c1", Outcome::pass),
                                        row("x86_64", "mm/a", "", Outcome::infra),
                                        row("x86_64", "mm/a", "", Outcome::infra, "", 2)}));
  EXPECT_EQ(exit_code(run), 3);
  EXPECT_EQ(git_bisect_code(run), 255);
}

TEST(Settle, BadWinsOverInfra) {
  const auto run = settle(finished_run(
      {row("x86_64", "mm/a", "", Outcome::infra), row("x86_64", "mm/b", "", Outcome::hang)}));
  EXPECT_EQ(exit_code(run), 1);
  EXPECT_EQ(git_bisect_code(run), 1);
}

TEST(Settle, ACrashAfterThePassOfTheSameCaseWins) {
  const auto run = settle(finished_run(
      {row("x86_64", "mm/a", "", Outcome::pass), row("x86_64", "mm/a", "", Outcome::crash)}));
  ASSERT_EQ(run.cases.size(), 1u);
  EXPECT_EQ(run.cases[0].outcome, Outcome::crash);
}

TEST(Settle, APlannedTestThatNeverReportedIsMissing) {
  auto raw = finished_run({row("x86_64", "mm/a", "c", Outcome::pass)});
  raw.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b")};
  const auto run = settle(raw);
  ASSERT_EQ(run.cases.size(), 2u);
  EXPECT_EQ(run.cases[1].result.id, "mm/b");
  EXPECT_EQ(run.cases[1].outcome, Outcome::missing);
  EXPECT_EQ(exit_code(run), 1);
  const auto going_on = settle(raw, false);
  EXPECT_EQ(going_on.cases.size(), 1u);
  EXPECT_EQ(going_on.pending.size(), 1u);
}

TEST(Settle, APlannedTestOfWhichNothingRanIsBad) {
  auto raw = finished_run({row("x86_64", "mm/a", "c1", Outcome::unfit, "no huge pages"),
                           row("x86_64", "mm/a", "c2", Outcome::skip, "not here"),
                           row("x86_64", "mm/b", "c1", Outcome::pass)});
  raw.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b")};
  const auto run = settle(raw);
  ASSERT_EQ(run.ran_nothing.size(), 1u);
  EXPECT_EQ(run.ran_nothing[0].test, "mm/a");
  EXPECT_EQ(exit_code(run), 1);
  EXPECT_EQ(git_bisect_code(run), 125);
}

TEST(Settle, UnlessTheScenarioDeclaresItUnfitThere) {
  auto raw = finished_run({row("x86_64", "mm/b", "c1", Outcome::pass)});
  raw.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b")};
  raw.planned[0].unfit = "no such keys";
  const auto run = settle(raw);
  EXPECT_EQ(exit_code(run), 0);
  EXPECT_EQ(count(run).of(Outcome::unfit), 1u);
  EXPECT_EQ(run.cases[0].result.reason, "no such keys");
}

TEST(Settle, AnEmptyRunIsNotGreen) {
  EXPECT_EQ(exit_code(settle(finished_run({}))), 1);
  EXPECT_EQ(git_bisect_code(settle(finished_run({}))), 125);
}

TEST(Settle, ABuildFailureSkipsInABisection) {
  const auto run = settle(finished_run({row("x86_64", "mm/a", "", Outcome::build_fail)}));
  EXPECT_EQ(exit_code(run), 1);
  EXPECT_EQ(git_bisect_code(run), 125);
}

TEST(Settle, OrdersColumnsAsTheMachineTableAndTestsAsThePlan) {
  auto raw = finished_run({row("ppc32-e500", "mm/b", "1", Outcome::pass),
                           row("x86_64", "mm/b", "1", Outcome::pass),
                           row("x86_64", "mm/a", "1", Outcome::pass)});
  raw.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b"),
                 planned("ppc32-e500", "mm/b")};
  const auto run = settle(raw);
  EXPECT_EQ(run.columns, (std::vector<std::string>{"x86_64", "ppc32-e500"}));
  EXPECT_EQ(run.tests, (std::vector<std::string>{"mm/a", "mm/b"}));
  EXPECT_EQ(run.cases[0].result.test, "mm/a");
  EXPECT_EQ(run.cases[1].column, "x86_64");
}

TEST(Settle, TwoKernelsOnOneMachineAreTwoColumns) {
  auto raw = finished_run({row("x86_64", "mm/a", "1", Outcome::pass)});
  raw.results.push_back(raw.results[0]);
  raw.results[1].job = "x86_64-2";
  raw.results[1].outcome = Outcome::fail;
  raw.jobs = {{.job = "x86_64-1", .machine = "x86_64", .kernel = {.source = "debian:6.12"}},
              {.job = "x86_64-2", .machine = "x86_64", .kernel = {.source = "debian:7.3"}}};
  const auto run = settle(raw);
  EXPECT_EQ(run.columns, (std::vector<std::string>{"x86_64 debian:6.12", "x86_64 debian:7.3"}));
  EXPECT_EQ(run.cases.size(), 2u);
}

}  // namespace
}  // namespace compare
