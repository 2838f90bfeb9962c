// SPDX-License-Identifier: Apache-2.0
#include "runner/verdicts.h"

#include <gtest/gtest.h>

#include "runner/lost_cases.h"

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

TEST(Verdicts, ACrashLeavesAMissingResultForEachCaseItTook) {
  TestSeen s = seen(How::guest_died, {passed("a"), {.id = "mm/cow", .outcome = Outcome::missing,
                                                    .reason = "3 of 4 planned cases never reported"}});
  s.crashes = {{"kernel BUG in follow_page_mask", ""}};
  s.report.planned = 4;
  s.report.reported = 1;
  s.report.lost = 3;
  s.report.started = "R/O longterm pin";
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass},
                                   {"mm/cow/R/O longterm pin", Outcome::missing},
                                   {"mm/cow/(planned case 3)", Outcome::missing},
                                   {"mm/cow/(planned case 4)", Outcome::missing},
                                   {"mm/cow", Outcome::crash}}));
  EXPECT_EQ(verdicts(s, {}).back().reason, "kernel BUG in follow_page_mask; 3 of 4 planned cases never reported");
}

TEST(Verdicts, ATestThatTheKernelKilledForItsMemorySaysSo) {
  TestSeen s = seen(How::finished, {{.id = "mm/cow", .outcome = Outcome::fail, .reason = "killed by SIGKILL"}});
  s.starved = "cow";
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow", Outcome::fail}}));
  EXPECT_EQ(verdicts(s, {}).back().reason, "killed by SIGKILL; the guest was out of memory and its kernel killed cow");
}

TEST(Verdicts, CasesLostToTheHostAreInfraNotMissing) {
  TestSeen s = seen(How::infra, {passed("a")});
  s.report.reported = 1;
  s.report.lost = 1;
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass},
                                   {"mm/cow/(planned case 2)", Outcome::infra},
                                   {"mm/cow", Outcome::infra}}));
}

TEST(Verdicts, CasesAProgramForgetsSpeakForThemselves) {
  TestSeen s = seen(How::finished, {passed("a"), {.id = "mm/cow", .outcome = Outcome::missing, .reason = "1 of 2"}});
  s.report.planned = 2;
  s.report.reported = 1;
  s.report.lost = 1;
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass}, {"mm/cow/(planned case 2)", Outcome::missing}}));
  EXPECT_EQ(verdicts(s, {}).back().reason, "1 of 2 planned cases never reported");
}

TEST(Verdicts, APlanOfABillionMakesAThousandResults) {
  TestSeen s = seen(How::guest_died);
  s.report.planned = 1'000'000'000;
  s.report.lost = 1'000'000'000;
  const auto results = verdicts(s, {});
  EXPECT_EQ(results.size(), kMostLost + 1);
  EXPECT_EQ(results[kMostLost - 1].id, "mm/cow/(planned cases from 1000 on)");
  EXPECT_NE(results[kMostLost - 1].reason->find("stands for 999999001 of them"), std::string::npos);
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
  s.announced = {{"MCE: Killing*", 12304, 12304, 0}, {"other*", 1, 2, 1}, {"any*", std::nullopt, 3, 2}, {"none*", {}, 0, 0}};
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass},
                                   {"mm/cow/kernel lines 'MCE: Killing*'", Outcome::pass},
                                   {"mm/cow/kernel lines 'other*'", Outcome::fail},
                                   {"mm/cow/kernel lines 'any*'", Outcome::pass}}));
  EXPECT_EQ(verdicts(s, {})[2].reason,
            "2 lines, 1 expected; 1 crash report expected and not counted as crash");
  EXPECT_EQ(verdicts(s, {})[3].reason,
            "3 lines, any number announced; 2 crash reports expected and not counted as crashes");
}

TEST(Verdicts, OfATestCutShortDoNotJudgeItsKernelLines) {
  TestSeen s = seen(How::limit, {passed("a")});
  s.announced = {{"MCE: Killing*", 12304, 7, 0}};
  EXPECT_EQ(outcomes(s), (Expected{{"mm/cow/a", Outcome::pass},
                                   {"mm/cow", Outcome::hang}}));
}

TEST(Verdicts, SilenceIsMissingNotGreen) {
  TestSeen chatty = seen(How::finished);
  chatty.announced = {{"any*", std::nullopt, 3, 0}};
  EXPECT_EQ(outcomes(chatty).back(), (std::pair<std::string, Outcome>{"mm/cow", Outcome::missing}));
  EXPECT_EQ(outcomes(seen(How::finished)), (Expected{{"mm/cow", Outcome::missing}}));
}

}  // namespace runner
