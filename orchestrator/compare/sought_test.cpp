// SPDX-License-Identifier: Apache-2.0
#include "compare/sought.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/fixture.h"

namespace compare {
namespace {

using fixture::finished_run;
using fixture::row;
using model::Outcome;
using Kind = Sighting::Kind;

Settled run(std::vector<model::CaseResult> rows) { return settle(finished_run(std::move(rows))); }
model::CaseResult a(Outcome outcome, std::string reason = {}) { return row("x86_64", "mm/a", "c", outcome, std::move(reason)); }
model::CaseResult whole(Outcome outcome, std::string reason = {}) { return row("x86_64", "mm/a", "", outcome, std::move(reason)); }

Kind look(const Settled& bad, const Settled& other) { return look_for(sought_failures(bad, nullptr, ""), other).kind; }

TEST(Sought, IsWhatFailsThereAndNotBefore) {
  const Settled bad = run({a(Outcome::fail, "got 1"), row("x86_64", "mm/a", "d", Outcome::fail, "old"), row("x86_64", "mm/b", "c", Outcome::fail)});
  const Settled good = run({a(Outcome::pass), row("x86_64", "mm/a", "d", Outcome::fail, "old")});
  const auto sought = sought_failures(bad, &good, "mm/a*");
  ASSERT_EQ(sought.size(), 1u);
  EXPECT_EQ(sought.front().id, "mm/a/c");
  EXPECT_EQ(sought_failures(bad, &good, "b").size(), 1u) << "the collection may be left out";
}

TEST(Sought, IsSeenWithTheSameReasonWhateverItsNumbers) {
  EXPECT_EQ(look(run({a(Outcome::fail, "got 17 pages")}), run({a(Outcome::fail, "got 18 pages")})), Kind::seen);
}

TEST(Sought, IsNotSeenWhereTheCaseRanAndPassed) {
  EXPECT_EQ(look(run({a(Outcome::fail)}), run({a(Outcome::pass)})), Kind::not_seen);
  EXPECT_EQ(look(run({a(Outcome::fail)}), run({a(Outcome::xfail)})), Kind::not_seen);
}

TEST(Sought, AnotherFailureIsNotThisOne) {
  const Sighting other = look_for(sought_failures(run({a(Outcome::fail, "no memory")}), nullptr, ""), run({a(Outcome::fail, "wrong data")}));
  EXPECT_EQ(other.kind, Kind::unclear);
  EXPECT_THAT(other.text, testing::StartsWith("another failure: "));
  EXPECT_EQ(look(run({a(Outcome::fail)}), run({whole(Outcome::crash, "BUG in f")})), Kind::unclear);
}

TEST(Sought, IsUnclearWhereNothingRan) {
  for (const Outcome outcome : {Outcome::build_fail, Outcome::boot_fail, Outcome::unfit, Outcome::skip})
    EXPECT_EQ(look(run({a(Outcome::fail)}), run({whole(outcome)})), Kind::unclear);
  EXPECT_EQ(look(run({a(Outcome::fail)}), run({})), Kind::unclear);
}

TEST(Sought, ABuildOrBootThatFailsCanBeWhatIsSought) {
  EXPECT_EQ(look(run({whole(Outcome::build_fail, "mm/gup.c:1: error")}), run({whole(Outcome::build_fail, "mm/gup.c:1: error")})), Kind::seen);
  EXPECT_EQ(look(run({whole(Outcome::build_fail)}), run({a(Outcome::pass)})), Kind::not_seen);
}

TEST(Sought, ACrashIsNotSeenWhereTheTestsCasesRan) {
  EXPECT_EQ(look(run({whole(Outcome::crash, "BUG in f")}), run({a(Outcome::pass)})), Kind::not_seen);
}

TEST(Sought, ACrashIsNotTheCasesThatItTookAlong) {
  const auto lost = row("x86_64", "mm/a", "(planned case 2)", Outcome::missing, "1 of 2 planned cases never reported: BUG in f");
  const auto sought = sought_failures(run({a(Outcome::pass), lost, whole(Outcome::crash, "BUG in f")}), nullptr, "");
  ASSERT_EQ(sought.size(), 1u);
  EXPECT_EQ(sought.front().outcome, Outcome::crash);
  EXPECT_EQ(look_for(sought, run({a(Outcome::pass), row("x86_64", "mm/a", "d", Outcome::pass)})).kind, Kind::not_seen);
}

TEST(Sought, ALostCaseIsNotSeenWhereNoneWasLost) {
  const auto lost = row("x86_64", "mm/a", "(planned case 2)", Outcome::missing, "1 of 2 planned cases never reported");
  const Settled bad = run({a(Outcome::pass), lost});
  EXPECT_EQ(look(bad, run({a(Outcome::pass), row("x86_64", "mm/a", "d", Outcome::pass)})), Kind::not_seen);
  EXPECT_EQ(look(bad, run({a(Outcome::pass), lost})), Kind::seen);
  EXPECT_EQ(look(bad, run({a(Outcome::pass), row("x86_64", "mm/a", "(planned case 3)", Outcome::missing, "another")})), Kind::unclear);
}

TEST(Sought, TheHostNeverDecides) {
  EXPECT_EQ(look(run({a(Outcome::fail)}), run({whole(Outcome::infra)})), Kind::no_verdict);
}

}  // namespace
}  // namespace compare
