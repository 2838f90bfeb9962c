// SPDX-License-Identifier: Apache-2.0
#include "runner/verdicts.h"

#include <gtest/gtest.h>

namespace runner {
using model::Outcome;
using How = TestEnding::How;
namespace {

const model::TestSpec kTest{.id = "mm/cow"};

TestSeen seen(How how, std::vector<ktap::Case> cases = {}) {
  TestSeen s;
  s.test = &kTest;
  s.ending.how = how;
  s.ending.text = "why";
  s.report.cases = std::move(cases);
  return s;
}

ktap::Case passed(const std::string& name) {
  return {.id = "mm/cow/" + name, .name = name, .outcome = Outcome::pass};
}

std::vector<std::pair<std::string, Outcome>> outcomes(const TestSeen& s) {
  std::vector<std::pair<std::string, Outcome>> list;
  for (const auto& result : verdicts(s, {})) list.emplace_back(result.id, result.outcome);
  return list;
}

using Expected = std::vector<std::pair<std::string, Outcome>>;

}  // namespace

TEST(Verdicts, OfATestThatFinishedAreItsCases) {
  EXPECT_EQ(outcomes(seen(How::finished, {passed("a"), passed("b")})),
            (Expected{{"mm/cow/a", Outcome::pass}, {"mm/cow/b", Outcome::pass}}));
}

TEST(Verdicts, ACrashIsNeverAPassHoweverGreenTheCasesWere) {
  TestSeen s = seen(How::finished, {passed("a")});
  s.crashes = {{"WARNING in foo", "line"}, {"BUG in bar", ""}};
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass}, {"mm/cow", Outcome::crash}}));
  EXPECT_EQ(verdicts(s, {}).back().reason, "WARNING in foo (and 1 more reports)");
}

TEST(Verdicts, ACrashSaysAlsoHowManyCasesNeverReported) {
  TestSeen s = seen(How::guest_died, {passed("a"), {.id = "mm/cow", .outcome = Outcome::missing,
                                                    .reason = "66 of 70 planned cases never reported"}});
  s.crashes = {{"kernel BUG in follow_page_mask", ""}};
  EXPECT_EQ(verdicts(s, {}).back().reason,
            "kernel BUG in follow_page_mask; 66 of 70 planned cases never reported");
}

TEST(Verdicts, AGuestThatVanishedWithoutAWordCrashed) {
  EXPECT_EQ(outcomes(seen(How::guest_died)), (Expected{{"mm/cow", Outcome::crash}}));
}

TEST(Verdicts, TheHostsTroubleIsInfraEvenAfterACrashReport) {
  TestSeen s = seen(How::infra, {passed("a")});
  s.crashes = {{"WARNING in foo", ""}};
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass}, {"mm/cow", Outcome::infra}}));
}

TEST(Verdicts, AnUnmetNeedIsUnfitAndABrokenProgramFails) {
  TestSeen s = seen(How::not_started);
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow", Outcome::fail}}));
  s.ending.unmet_need = true;
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow", Outcome::unfit}}));
}

TEST(Verdicts, CountKernelLinesToTheLast) {
  TestSeen s = seen(How::finished, {passed("a")});
  s.log_counts = {{"MCE: Killing*", 12304, 12304}, {"other*", 1, 0}};
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass},
                                   {"mm/cow/kernel lines 'MCE: Killing*'", Outcome::pass},
                                   {"mm/cow/kernel lines 'other*'", Outcome::fail}}));
}

TEST(Verdicts, SilenceIsMissingNotGreen) {
  EXPECT_EQ(outcomes(seen(How::finished)), (Expected{{"mm/cow", Outcome::missing}}));
}

}  // namespace runner
