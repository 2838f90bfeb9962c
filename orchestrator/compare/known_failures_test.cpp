// SPDX-License-Identifier: Apache-2.0
#include "compare/known_failures.h"

#include <gtest/gtest.h>

#include "compare/fixture.h"
#include "compare/verdict.h"

namespace compare {
namespace {

using fixture::finished_run;
using fixture::row;
using model::KnownFailure;
using model::Outcome;

KnownFailure entry(std::string test, std::string machine = "*") {
  KnownFailure e;
  e.test = std::move(test);
  e.machine = std::move(machine);
  e.reason = "4M pages";
  e.link = "https://example.org/1";
  e.file = "known.yaml";
  e.line = 7;
  return e;
}

std::vector<KnownNote> apply(Settled& run, std::vector<KnownFailure> entries,
                             std::string_view today = "2026-11-21") {
  return apply_known_failures(run, entries, today);
}

TEST(KnownFailures, TurnAFailureIntoXfailAndSayWhy) {
  auto run = settle(finished_run(
      {row("ppc32-e500", "mm/a", "c", Outcome::fail), row("x86_64", "mm/a", "c", Outcome::fail)}));
  EXPECT_TRUE(apply(run, {entry("mm/a/c", "ppc32*")}).empty());
  EXPECT_EQ(run.cases[1].outcome, Outcome::xfail);
  EXPECT_EQ(run.cases[1].note, "4M pages (https://example.org/1)");
  EXPECT_EQ(run.cases[1].result.outcome, Outcome::fail);
  EXPECT_EQ(run.cases[0].outcome, Outcome::fail);
}

TEST(KnownFailures, OfOneTreesTestsSayNothingOfAnother) {
  auto of_old_tests = entry("mm/a/c");
  of_old_tests.selftests = {"debian:6.*"};
  const auto outcome_with = [&](std::string selftests) {
    auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::fail)});
    run.jobs.resize(1);
    run.jobs[0].job = "x86_64-1";
    run.jobs[0].machine = "x86_64";
    run.jobs[0].selftests = std::move(selftests);
    auto settled = settle(run);
    EXPECT_TRUE(apply(settled, {of_old_tests}).empty());
    return settled.cases.at(0).outcome;
  };
  EXPECT_EQ(outcome_with("debian:6.12.117"), Outcome::xfail);
  EXPECT_EQ(outcome_with("debian:7.3"), Outcome::fail);
}

TEST(KnownFailures, NeverWaiveACrash) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::crash)}));
  auto greedy = entry("*");
  greedy.outcomes = {"crash"};
  const auto notes = apply(run, {entry("*"), greedy});
  EXPECT_EQ(run.cases[0].outcome, Outcome::crash);
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].kind, KnownNote::Kind::unused);
  EXPECT_EQ(notes[1].kind, KnownNote::Kind::invalid);
}

TEST(KnownFailures, CoverHangsButMissingOnlyWhenListed) {
  auto run = settle(finished_run(
      {row("x86_64", "mm/a", "", Outcome::hang), row("x86_64", "mm/b", "", Outcome::missing)}));
  apply(run, {entry("mm/*")});
  EXPECT_EQ(run.cases[0].outcome, Outcome::xfail);
  EXPECT_EQ(run.cases[1].outcome, Outcome::missing);
  auto listed = entry("mm/b");
  listed.outcomes = {"missing"};
  apply(run, {listed});
  EXPECT_EQ(run.cases[1].outcome, Outcome::xfail);
  EXPECT_EQ(exit_code(run), 0);
}

TEST(KnownFailures, OfAWholeTestCoverTheCasesItTookAlong) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::fail),
                                  row("x86_64", "mm/a", "(planned case 2)", Outcome::missing),
                                  row("x86_64", "mm/a", "", Outcome::hang),
                                  row("x86_64", "mm/b", "(planned case 2)", Outcome::missing)}));
  apply(run, {entry("mm/a")});
  EXPECT_EQ(run.cases[0].outcome, Outcome::fail) << "a case that failed by itself has its own entry";
  EXPECT_EQ(run.cases[1].outcome, Outcome::xfail);
  EXPECT_EQ(run.cases[3].outcome, Outcome::missing);
}

TEST(KnownFailures, AnEntryOfATestThatCouldNotRunIsNoNews) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "", Outcome::unfit)}));
  EXPECT_TRUE(apply(run, {entry("mm/a")}).empty());
}

TEST(KnownFailures, APassUnderAnEntryIsNews) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::pass)}));
  const auto notes = apply(run, {entry("mm/a/c")});
  EXPECT_EQ(run.cases[0].outcome, Outcome::xpass);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].message, "known.yaml:7: known failure 'mm/a/c' on '*' matched no failure");
}

TEST(KnownFailures, PassesBesideAFailureOfTheSameEntryAreNoNews) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "c1", Outcome::pass),
                                  row("x86_64", "mm/a", "c2", Outcome::fail),
                                  row("arm64", "mm/a", "c1", Outcome::pass)}));
  EXPECT_TRUE(apply(run, {entry("mm/a/*")}).empty());
  EXPECT_EQ(run.cases[0].outcome, Outcome::pass);
  EXPECT_EQ(run.cases[1].outcome, Outcome::xfail);
  EXPECT_EQ(run.cases[2].outcome, Outcome::xpass) << "on arm64 nothing it covers failed";
}

TEST(KnownFailures, AnExpiredEntryIsReportedAndNotApplied) {
  auto old = entry("mm/a");
  old.expires = "2026-11-20";
  auto run = settle(finished_run({row("x86_64", "mm/a", "", Outcome::fail)}));
  const auto notes = apply(run, {old});
  EXPECT_EQ(run.cases[0].outcome, Outcome::fail);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].kind, KnownNote::Kind::expired);
  EXPECT_TRUE(apply(run, {old}, "2026-11-20").empty());
  EXPECT_EQ(run.cases[0].outcome, Outcome::xfail);
}

TEST(KnownFailures, EntriesForWhatIsNotInTheRunAreNotMentioned) {
  auto run = settle(finished_run({row("x86_64", "mm/a", "c", Outcome::pass)}));
  EXPECT_TRUE(apply(run, {entry("mm/other"), entry("mm/a/c", "arm64")}).empty());
  EXPECT_EQ(apply(run, {entry("mm/a/no such case")}).size(), 1u) << "a case that has disappeared";
}

}  // namespace
}  // namespace compare
