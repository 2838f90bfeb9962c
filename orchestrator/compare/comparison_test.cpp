// SPDX-License-Identifier: Apache-2.0
#include "compare/comparison.h"

#include <gtest/gtest.h>

#include "compare/fixture.h"

namespace compare {
namespace {

using fixture::finished_run;
using fixture::row;
using model::Outcome;

Transition only(std::vector<model::CaseResult> before, std::vector<model::CaseResult> after) {
  const auto c =
      compare_runs(settle(finished_run(std::move(before))), settle(finished_run(std::move(after))));
  EXPECT_EQ(c.changes.size(), 1u);
  return c.changes.at(0).transition;
}

Transition between(Outcome before, Outcome after) {
  return only({row("x86_64", "mm/a", "c", before)}, {row("x86_64", "mm/a", "c", after)});
}

TEST(Comparison, NamesEveryTransition) {
  EXPECT_EQ(between(Outcome::pass, Outcome::pass), Transition::unchanged);
  EXPECT_EQ(between(Outcome::pass, Outcome::fail), Transition::broken);
  EXPECT_EQ(between(Outcome::unfit, Outcome::hang), Transition::broken);
  EXPECT_EQ(between(Outcome::xfail, Outcome::crash), Transition::broken);
  EXPECT_EQ(between(Outcome::fail, Outcome::pass), Transition::fixed);
  EXPECT_EQ(between(Outcome::fail, Outcome::unfit), Transition::excused);
  EXPECT_EQ(between(Outcome::fail, Outcome::crash), Transition::different);
  EXPECT_EQ(between(Outcome::fail, Outcome::fail), Transition::still_bad);
  EXPECT_EQ(between(Outcome::pass, Outcome::unfit), Transition::stopped);
  EXPECT_EQ(between(Outcome::skip, Outcome::pass), Transition::started);
  EXPECT_EQ(between(Outcome::pass, Outcome::infra), Transition::no_verdict);
  EXPECT_EQ(between(Outcome::infra, Outcome::fail), Transition::no_verdict);
  EXPECT_EQ(only({}, {row("x86_64", "mm/a", "c", Outcome::pass)}), Transition::appeared);
  EXPECT_EQ(only({}, {row("x86_64", "mm/a", "c", Outcome::fail)}), Transition::new_bad);
  EXPECT_EQ(only({row("x86_64", "mm/a", "c", Outcome::pass)}, {}), Transition::gone);
}

TEST(Comparison, MasksNumbersInReasons) {
  const auto with = [](const char* reason) {
    return std::vector{row("x86_64", "mm/a", "c", Outcome::fail, reason)};
  };
  EXPECT_EQ(only(with("bad pte 0xffff8880 at 12"), with("bad pte 0x1a2b at 13")),
            Transition::still_bad);
  EXPECT_EQ(only(with("pin failed"), with("write failed")), Transition::different);
}

TEST(Comparison, ATestThatCrashedStandsForItsCases) {
  EXPECT_EQ(compare_runs(settle(finished_run({row("x86_64", "mm/a", "c", Outcome::pass)})),
                         settle(finished_run({row("x86_64", "mm/a", "", Outcome::crash)})))
                .changes.at(0)
                .transition,
            Transition::broken);
}

TEST(Comparison, ATestThatCouldNotRunStandsForItsCases) {
  const auto whole = row("x86_64", "mm/a", "", Outcome::unfit, "the selftests have no a");
  const auto with_case = [](Outcome outcome) { return row("x86_64", "mm/a", "c", outcome); };
  EXPECT_EQ(only({whole}, {with_case(Outcome::pass)}), Transition::started);
  EXPECT_EQ(only({whole}, {with_case(Outcome::fail)}), Transition::new_bad);
  EXPECT_EQ(only({with_case(Outcome::pass)}, {whole}), Transition::stopped);
  EXPECT_EQ(only({with_case(Outcome::fail)}, {whole}), Transition::excused);
  EXPECT_EQ(only({whole}, {whole}), Transition::unchanged);
}

TEST(Comparison, MachinesPairWithThemselvesOnly) {
  const auto c = compare_runs(settle(finished_run({row("x86_64", "mm/a", "c", Outcome::pass)})),
                              settle(finished_run({row("arm64", "mm/a", "c", Outcome::pass)})));
  EXPECT_EQ(c.of(Transition::gone), 1u);
  EXPECT_EQ(c.of(Transition::appeared), 1u);
  EXPECT_EQ(c.columns_gone, std::vector<std::string>{"x86_64"});
  EXPECT_EQ(c.columns_new, std::vector<std::string>{"arm64"});
  EXPECT_TRUE(c.any_worse());
}

}  // namespace
}  // namespace compare
