// SPDX-License-Identifier: Apache-2.0
#include "compare/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/series_fixture.h"

namespace compare {
namespace {

using fixture::SeriesOf;
using testing::ElementsAre;
using testing::IsEmpty;

// "broken 5 >4 u7": kind, step, last step with a verdict before it, repaired at; "t" laid at a temporary patch's door.
std::vector<std::string> words(const SeriesReport& report) {
  std::vector<std::string> out;
  for (const Finding& f : report.findings) {
    std::string text = fmt::format("{} {}", to_string(f.kind), f.step);
    if (f.gap()) text += fmt::format(" >{}", f.after);
    if (f.until) text += fmt::format(" u{}", *f.until);
    if (f.again) text += fmt::format(" a{}{}", *f.again, f.same_as_then ? "=" : "");
    if (f.temporary) text += " t";
    if (!f.rate.empty()) text += " ~";
    out.push_back(text);
  }
  return out;
}

std::vector<std::string> story(const std::string& row) {
  return words(SeriesOf(row.size()).track("x86_64", "mm/a", "case", row).track("x86_64", "mm/a", "beside", std::string(row.size(), 'P')).report());
}

int code(const std::string& row) {
  return SeriesOf(row.size()).track("x86_64", "mm/a", "case", row).report().exit_code();
}

TEST(Series, NothingIsFoundWhereEveryStepIsTheSame) {
  EXPECT_THAT(story("PPPP"), IsEmpty());
  EXPECT_THAT(story("FFFF"), IsEmpty());
  EXPECT_THAT(story("SSSS"), IsEmpty());
  EXPECT_EQ(code("PPPP"), 0);
  EXPECT_EQ(code("FFFF"), 0);
  EXPECT_EQ(SeriesOf(2).track("x86_64", "mm/a", "case", "FF").report().bad_all_along, 1u);
}

TEST(Series, TheFirstBadStepIsNamedAndTheOneThatRepairsIt) {
  EXPECT_THAT(story("PPFF"), ElementsAre("broken 2"));
  EXPECT_THAT(story("PPFFP"), ElementsAre("broken 2 u4", "repaired 4"));
  EXPECT_EQ(code("PPFF"), 1);
  EXPECT_EQ(code("PPFFP"), 1);
}

TEST(Series, WhatTheBaseHadBrokenMayBeRepaired) {
  EXPECT_THAT(story("FFPP"), ElementsAre("repaired 2"));
  EXPECT_EQ(code("FFPP"), 0);
}

TEST(Series, AnotherFailureIsNotTheSameOne) {
  EXPECT_THAT(story("PFFG"), ElementsAre("broken 1", "other_failure 3"));
  EXPECT_THAT(story("FFGG"), ElementsAre("other_failure 2"));
  EXPECT_EQ(code("FFGG"), 1);
  // One that was seen before comes and goes: it is no news every time.
  EXPECT_THAT(story("FGFGF"), ElementsAre("other_failure 1"));
}

TEST(Series, WhatBreaksAgainSaysWhetherItIsTheSameFailure) {
  EXPECT_THAT(story("PFPF"), ElementsAre("broken 1 u2", "repaired 2", "broken 3 a1="));
  EXPECT_THAT(story("PFPG"), ElementsAre("broken 1 u2", "repaired 2", "broken 3 a1"));
}

TEST(Series, AStepWithoutAVerdictWidensTheFinding) {
  EXPECT_THAT(story("PPIF"), ElementsAre("no_verdict 2", "broken 3 >1"));
  EXPECT_THAT(story("PFIP"), ElementsAre("broken 1 u3", "no_verdict 2", "repaired 3 >1"));
  EXPECT_THAT(story("PIPP"), ElementsAre("no_verdict 1"));
  EXPECT_EQ(code("PIPP"), 3);
  EXPECT_EQ(code("PIFP"), 1);
}

TEST(Series, ABaseWithoutAVerdictBlamesNobody) {
  EXPECT_THAT(story("IFFF"), ElementsAre("no_verdict 0", "bad_before 1 >-1"));
  EXPECT_EQ(code("IFFF"), 3);
  EXPECT_THAT(story("IPFF"), ElementsAre("no_verdict 0", "broken 2"));
}

TEST(Series, TestsThatDoNotRunAnyMoreAreTold) {
  EXPECT_THAT(story("PPSS"), ElementsAre("stopped 2"));
  EXPECT_THAT(story("SPPP"), ElementsAre("started 1"));
  EXPECT_THAT(story("PP--"), ElementsAre("gone 2"));
  EXPECT_THAT(story("--PP"), IsEmpty());
  EXPECT_THAT(story("--FF"), ElementsAre("broken 2"));
  EXPECT_EQ(code("PPSS"), 1);
  EXPECT_EQ(code("SSPP"), 0);
  // What was bad and does not run is not repaired, and no worse either.
  EXPECT_THAT(story("FFSS"), ElementsAre("stopped 2"));
  EXPECT_EQ(code("FFSS"), 0);
}

TEST(Series, ACrashStandsForTheCasesItTookAlong) {
  EXPECT_THAT(words(SeriesOf(4).track("x86_64", "mm/a", "case", "PPCP").report()), ElementsAre("broken 2 u3", "repaired 3"));
}

TEST(Series, NothingIsGoodThatDidNotRun) {
  EXPECT_EQ(code("SSSS"), 1);
  SeriesOf series = SeriesOf(2).track("x86_64", "mm/a", "case", "PP");
  EXPECT_EQ(series.unbuilt("x86_64", 0, "error").unbuilt("x86_64", 1, "error").report().exit_code(), 1);
  EXPECT_THAT(words(series.report()), IsEmpty());
}

TEST(Series, AFlakyFailureIsNeverSurelyRepaired) {
  EXPECT_THAT(story("PP?P"), ElementsAre("broken 2 u3 ~", "repaired 3 ~"));
}

TEST(Series, ABrokenBuildIsOneFindingAndItsTestsAreUnknown) {
  auto series = SeriesOf(5).track("x86_64", "mm/a", "case", "PPPPP").track("x86_64", "mm/b", "case", "PPPFF");
  const SeriesReport report = series.unbuilt("x86_64", 2, "mm/gup.c:12:3: error: no").report();
  EXPECT_THAT(words(report), ElementsAre("build_broken 2 u3", "build_repaired 3", "broken 3 >1"));
  EXPECT_EQ(report.findings[0].reason, "mm/gup.c:12:3: error: no");
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_TRUE(report.complete);
}

TEST(Series, ABuildThatFailsInAnotherPlaceIsAnotherFailure) {
  auto series = SeriesOf(4).track("x86_64", "mm/a", "case", "PPPP");
  series.unbuilt("x86_64", 1, "mm/gup.c:12:3: error: no").unbuilt("x86_64", 2, "mm/gup.c:14:3: error: no");
  EXPECT_THAT(words(series.report()), ElementsAre("build_broken 1 u3", "build_repaired 3"));
  series.unbuilt("x86_64", 2, "mm/mmap.c:14:3: error: yes");
  EXPECT_THAT(words(series.report()), ElementsAre("build_broken 1 u3", "other_failure 2", "build_repaired 3"));
}

TEST(Series, AKernelThatDoesNotBootIsOneFinding) {
  SeriesOf series = SeriesOf(3).track("x86_64", "mm/a", "case", "P-P").track("x86_64", "mm/b", "case", "P-P");
  for (const char* test : {"mm/a", "mm/b"})
    series.run(1).results.push_back(fixture::row("x86_64", test, "", model::Outcome::boot_fail, "Kernel panic"));
  EXPECT_THAT(words(series.report()), ElementsAre("boot_broken 1 u2", "boot_repaired 2"));
}

TEST(Series, TemporaryPatchesAreNotBlamed) {
  const auto report = [](const std::string& row) {
    return SeriesOf(row.size()).track("x86_64", "mm/a", "case", row).temporary(2).report();
  };
  EXPECT_THAT(words(report("PPFP")), ElementsAre("broken 2 u3 t", "repaired 3"));
  EXPECT_EQ(report("PPFP").exit_code(), 0);
  EXPECT_EQ(report("PPFF").exit_code(), 0);
  EXPECT_THAT(words(report("PFFP")), ElementsAre("broken 1 u3", "repaired 3"));
  EXPECT_EQ(report("PFFP").exit_code(), 1);
  // Not surely the temporary one's.
  EXPECT_THAT(words(report("PPIF")), ElementsAre("no_verdict 2", "broken 3 >1"));
  EXPECT_EQ(report("PPIF").exit_code(), 1);
}

TEST(Series, TheSameStoryOnSeveralMachinesAndOfSeveralCasesIsOneFinding) {
  SeriesOf series(3);
  for (const char* machine : {"x86_64", "ppc64-radix4k"})
    for (const char* name : {"one", "two"}) series.track(machine, "mm/a", name, "PFF");
  const SeriesReport report = series.report();
  ASSERT_EQ(report.findings.size(), 1u);
  EXPECT_THAT(report.findings[0].machines, ElementsAre("x86_64", "ppc64-radix4k"));
  EXPECT_THAT(report.findings[0].cases, ElementsAre("mm/a/one", "mm/a/two"));
  ASSERT_EQ(report.columns.size(), 1u);
  EXPECT_THAT(report.columns[0].machines, ElementsAre("x86_64", "ppc64-radix4k"));
}

TEST(Series, CasesThatBreakOnOneMachineOnlyAreKeptApart) {
  const SeriesReport report = SeriesOf(2).track("x86_64", "mm/a", "one", "PF").track("x86_64", "mm/a", "two", "PF")
                                  .track("arm64", "mm/a", "one", "PF").track("arm64", "mm/a", "two", "PP").report();
  ASSERT_EQ(report.findings.size(), 2u);
  EXPECT_EQ(report.findings[0].cases.size(), 2u);
  EXPECT_EQ(report.findings[1].cases.size(), 1u);
}

TEST(Series, OnlyTestsThatDifferVary) {
  const SeriesReport report = SeriesOf(3).track("x86_64", "mm/a", "one", "PPP").track("x86_64", "mm/b", "one", "PPF")
                                  .track("x86_64", "mm/c", "one", "FFG").track("x86_64", "mm/d", "one", "PIP").report();
  ASSERT_EQ(report.columns.size(), 4u);
  EXPECT_EQ(report.columns[0].test, "mm/b");
  EXPECT_TRUE(report.columns[1].varies);
  EXPECT_EQ(report.columns[1].test, "mm/c");
  EXPECT_FALSE(report.columns[2].varies);
  EXPECT_FALSE(report.columns[3].varies);
}

TEST(Series, AStepWithTheSameKernelHasItsVerdicts) {
  SeriesOf series = SeriesOf(4).track("x86_64", "mm/a", "one", "PF--");
  series.step(2).same_as["x86_64"] = 1;
  series.step(3).same_as["x86_64"] = 0;
  const SeriesReport report = series.report();
  EXPECT_THAT(words(report), ElementsAre("broken 1 u3", "repaired 3"));
  EXPECT_TRUE(report.complete);
}

TEST(Series, AStepThatWasNotReachedIsSaid) {
  const SeriesReport report = SeriesOf(3).track("x86_64", "mm/a", "one", "PP").report();
  EXPECT_THAT(words(report), ElementsAre("no_verdict 2"));
  EXPECT_FALSE(report.complete);
  EXPECT_EQ(report.exit_code(), 3);
}

StepBuild built(const std::string& log) {
  StepBuild build{.state = StepBuild::State::good};
  read_build_log(log, build);
  return build;
}

TEST(SeriesWarnings, AreNewWhereTheObjectWasMadeWithoutThemBefore) {
  SeriesOf series = SeriesOf(3).track("x86_64", "mm/a", "one", "PPP");
  series.step(0).builds["x86_64"] = built("  CC      mm/gup.o\n../mm/rmap.c:5:1: warning: old [-Wold]\n  CC      mm/rmap.o\n");
  series.step(1).builds["x86_64"] = built("  CC      mm/rmap.o\n../mm/rmap.c:9:1: warning: old [-Wold]\n../mm/slab.c:1:1: warning: never made before\n");
  series.step(2).builds["x86_64"] = built("  CC      mm/gup.o\n../mm/gup.c:12:3: warning: unused variable 'x' [-Wunused-variable]\n");
  const SeriesReport report = series.report();
  EXPECT_THAT(words(report), ElementsAre("new_warning 2"));
  EXPECT_EQ(report.findings[0].reason, "mm/gup.c:12:3: warning: unused variable 'x' [-Wunused-variable]");
  EXPECT_EQ(report.exit_code(), 1);
}

TEST(SeriesWarnings, AreNewInAFileThatTheStepChanges) {
  SeriesOf series = SeriesOf(4).track("x86_64", "mm/a", "one", "PPPP");
  series.step(2).builds["x86_64"].state = StepBuild::State::failed;
  series.step(2).touched = {"mm/gup.c"};
  series.step(3).builds["x86_64"] = built("../mm/gup.c:12:3: warning: unused\n");
  EXPECT_THAT(words(series.report()), testing::Contains("new_warning 3 >1"));
  series.step(2).touched = {"mm/other.c"};
  series.step(3).touched = {"mm/gup.c"};
  EXPECT_THAT(words(series.report()), testing::Contains("new_warning 3"));
}

TEST(SeriesWarnings, AWarningIsTheSameAfterItsLineHasMoved) {
  EXPECT_EQ(warning_signature("mm/gup.c:12:3: warning: unused"), warning_signature("mm/gup.c:15:3: warning: unused"));
  EXPECT_NE(warning_signature("mm/gup.c:12:3: warning: unused"), warning_signature("mm/rmap.c:12:3: warning: unused"));
}

}  // namespace
}  // namespace compare
