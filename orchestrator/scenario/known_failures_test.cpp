// SPDX-License-Identifier: Apache-2.0
#include "scenario/known_failures.h"

#include <gtest/gtest.h>

namespace scenario {
namespace {

using model::CaseResult;
using model::KnownFailure;
using model::Outcome;

CaseResult result(std::string id, Outcome outcome, std::string machine = "x86_64") {
  return {.id = std::move(id), .test = "mm/cow", .machine = std::move(machine), .outcome = outcome};
}

const KnownFailure kEntry{.test = "mm/cow/vmsplice*", .machine = "x86*", .reason = "r", .expires = "2027-01-31"};

Outcome shown(const CaseResult& r, KnownFailure entry = kEntry, std::string_view today = "2027-01-31") {
  return displayed(r, {&entry, 1}, today).outcome;
}

}  // namespace

TEST(KnownFailures, TurnFailuresIntoExpectedOnesAndPassesIntoNews) {
  EXPECT_EQ(shown(result("mm/cow/vmsplice() after fork", Outcome::fail)), Outcome::xfail);
  EXPECT_EQ(shown(result("mm/cow/vmsplice() after fork", Outcome::hang)), Outcome::xfail);
  EXPECT_EQ(shown(result("mm/cow/vmsplice() after fork", Outcome::pass)), Outcome::xpass);
  EXPECT_EQ(shown(result("mm/cow/vmsplice() after fork", Outcome::missing)), Outcome::missing);
  EXPECT_EQ(shown(result("mm/cow/Basic COW", Outcome::fail)), Outcome::fail);
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::fail, "arm64")), Outcome::fail);
}

TEST(KnownFailures, NeverWaiveACrashOrTheHostsTrouble) {
  KnownFailure entry = kEntry;
  entry.outcomes = {"crash", "fail"};  // the reader refuses this; the rule holds all the same
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::crash), entry), Outcome::crash);
  for (const Outcome outcome : {Outcome::infra, Outcome::boot_fail, Outcome::build_fail, Outcome::unfit, Outcome::skip})
    EXPECT_EQ(shown(result("mm/cow/vmsplice()", outcome)), outcome);
}

TEST(KnownFailures, CountOnlyForTheOutcomesTheyName) {
  KnownFailure entry = kEntry;
  entry.outcomes = {"hang"};
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::fail), entry), Outcome::fail);
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::hang), entry), Outcome::xfail);
}

TEST(KnownFailures, StopCountingTheDayAfterTheyExpire) {
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::fail), kEntry, "2027-01-31"), Outcome::xfail);
  EXPECT_EQ(shown(result("mm/cow/vmsplice()", Outcome::fail), kEntry, "2027-02-01"), Outcome::fail);
}

TEST(KnownFailures, ThatNobodyNeedsAreReported) {
  const std::vector<KnownFailure> entries = {
      kEntry,
      {.test = "mm/cow/gone*", .machine = "*", .reason = "r", .expires = "2027-01-31"},
      {.test = "mm/other*", .machine = "*", .reason = "r", .expires = "2027-01-31"},
      {.test = "mm/cow*", .machine = "*", .reason = "r", .expires = "2026-01-31"},
  };
  const std::vector<CaseResult> results = {result("mm/cow/vmsplice()", Outcome::fail)};
  const KnownFailureAudit found = audit(results, entries, "2027-01-01");
  ASSERT_EQ(found.unused.size(), 1u);
  EXPECT_EQ(found.unused[0], &entries[1]);
  ASSERT_EQ(found.expired.size(), 1u);
  EXPECT_EQ(found.expired[0], &entries[3]);
}

}  // namespace scenario
