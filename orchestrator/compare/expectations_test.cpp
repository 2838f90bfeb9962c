// SPDX-License-Identifier: Apache-2.0
#include "compare/expectations.h"

#include <gtest/gtest.h>

#include "compare/fixture.h"

namespace compare {
namespace {

using fixture::finished_run;
using fixture::row;
using model::Outcome;

model::Run run_of(std::vector<model::CaseResult> results) {
  model::Run run = finished_run(std::move(results));
  for (const char* machine : {"x86_64", "arm64"}) {
    model::JobRecord job{.job = std::string(machine) + "-1", .machine = machine};
    job.kernel.source = "debian:6.12";
    job.kernel.patches = {"oops.patch"};
    job.selftests = "debian:6.12";
    run.jobs.push_back(job);
  }
  return run;
}

ExpectationSet oops(std::vector<model::Expectation> expects) {
  return {.kernel = "debian:6.12", .patches = {"oops.patch"}, .selftests = "debian:6.12", .expects = std::move(expects)};
}

std::string text(const std::vector<CheckedExpectation>& checked) {
  std::string out;
  for (const auto& c : checked)
    out += fmt::format("{}{} {} {}{}", out.empty() ? "" : "; ", c.column, c.test, to_string(c.seen), c.met ? "" : " UNEXPECTED");
  return out;
}

std::vector<CheckedExpectation> check(const model::Run& run, const ExpectationSet& set) {
  return check_expectations(run, settle(run), std::span(&set, 1));
}

TEST(Expectations, AreMetByTheWorstOutcomeOfATestAndByNothingBadElsewhere) {
  const auto run = run_of({row("x86_64", "mm/a", "c", Outcome::pass), row("x86_64", "mm/a", "", Outcome::crash),
                           row("x86_64", "mm/b", "", Outcome::pass)});
  const auto checked = check(run, oops({{.test = "mm/a", .outcome = "crash"}}));
  EXPECT_EQ(text(checked), "x86_64 mm/a crash; x86_64 mm/b pass");
  EXPECT_EQ(expectation_code(checked), 0);
}

TEST(Expectations, ATestThatStaysGoodAlthoughItMustNotIsUnexpected) {
  const auto run = run_of({row("x86_64", "mm/a", "", Outcome::pass), row("x86_64", "mm/b", "", Outcome::fail)});
  const auto checked = check(run, oops({{.test = "mm/a", .outcome = "crash"}}));
  EXPECT_EQ(text(checked), "x86_64 mm/a pass UNEXPECTED; x86_64 mm/b fail UNEXPECTED");
  EXPECT_EQ(expectation_code(checked), 1);
}

TEST(Expectations, TheLastOneThatMatchesAMachineCounts) {
  const auto run = run_of({row("x86_64", "mm/a", "", Outcome::crash), row("arm64", "mm/a", "", Outcome::hang)});
  EXPECT_EQ(text(check(run, oops({{.test = "mm/*", .outcome = "crash"}, {.test = "mm/a", .machine = "arm*", .outcome = "hang"}}))),
            "x86_64 mm/a crash; arm64 mm/a hang");
}

TEST(Expectations, TheHostsTroubleDecidesNothing) {
  const auto run = run_of({row("x86_64", "mm/a", "", Outcome::infra), row("x86_64", "mm/b", "", Outcome::pass)});
  EXPECT_EQ(expectation_code(check(run, oops({{.test = "mm/a", .outcome = "crash"}}))), 3);
}

TEST(Expectations, OfOneKernelSayNothingAboutAnother) {
  auto run = run_of({row("x86_64", "mm/a", "", Outcome::fail)});
  run.jobs[0].kernel.patches = {"other.patch"};
  EXPECT_TRUE(check(run, oops({{.test = "mm/a", .outcome = "crash"}})).empty());
}

TEST(Expectations, DoNotConcernWhatTheScenarioDeclaresUnfit) {
  auto run = run_of({row("x86_64", "mm/a", "", Outcome::crash)});
  run.planned = {fixture::planned("x86_64", "mm/a"), fixture::planned("arm64", "mm/a")};
  run.planned[1].unfit = "not there";
  EXPECT_EQ(text(check(run, oops({{.test = "mm/a", .outcome = "crash"}}))), "x86_64 mm/a crash");
}

}  // namespace
}  // namespace compare
