// SPDX-License-Identifier: Apache-2.0
// JUnit, KTAP, comparisons and tables.
#include <gmock/gmock.h>

#include <pugixml.hpp>

#include "base/text.h"
#include "report/comparison.h"
#include "report/escape.h"
#include "report/golden.h"
#include "report/junit.h"
#include "report/ktap.h"
#include "report/sample_run.h"
#include "report/tables.h"

namespace report {
namespace {

using compare::fixture::finished_run;
using compare::fixture::row;
using model::Outcome;
using testing::HasSubstr;
using testing::Not;

TEST(JUnit, ShowsARunAsTheGoldenFileDoes) {
  expect_golden("run.junit.xml", junit_xml(sample_view()));
}

TEST(JUnit, CountsWhatItHolds) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(junit_xml(sample_view()).c_str()));
  const pugi::xml_node root = document.child("testsuites");
  unsigned tests = 0, failures = 0, errors = 0;
  for (const pugi::xml_node suite : root.children("testsuite")) {
    unsigned cases = 0;
    for (const pugi::xml_node one : suite.children("testcase")) {
      ++cases;
      failures += !one.child("failure").empty();
      errors += !one.child("error").empty();
    }
    EXPECT_EQ(suite.attribute("tests").as_uint(), cases);
    tests += cases;
  }
  EXPECT_EQ(root.attribute("tests").as_uint(), tests);
  EXPECT_EQ(root.attribute("failures").as_uint(), failures);
  EXPECT_EQ(root.attribute("errors").as_uint(), errors);
}

TEST(JUnit, HoldsOnlyCharactersThatXmlAllows) {
  std::string evil;
  for (int c = 0; c < 256; ++c) evil += static_cast<char>(c);
  evil += "]]>\xEF\xBF\xBF\xED\xA0\x80&amp;";
  auto r = row("x86_64", "mm/a", evil, Outcome::fail, evil);
  r.evidence = evil;
  const std::string text = junit_xml(view_of({.run = finished_run({r})}, {}, "2026-11-21"));
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(text.c_str()));
  for (const char c : text)
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
  EXPECT_EQ(base::printable(text, true), text) << "valid UTF-8 throughout";
  EXPECT_THAT(text, HasSubstr("\\uFFFF"));
}

TEST(Ktap, ShowsARunAsTheGoldenFileDoes) { expect_golden("run.ktap", ktap_text(sample_view())); }

TEST(Ktap, GuestTextCannotForgeALine) {
  const std::string text =
      ktap_text(view_of({.run = finished_run({row("x86_64", "mm/a", "x\nok 2 forged # SKIP",
                                                  Outcome::fail, "r\nok 3 too")})},
                        {}, "2026-11-21"));
  EXPECT_THAT(text, HasSubstr("    not ok 1 x\\x0Aok 2 forged \\x23 SKIP\n"));
  EXPECT_THAT(text, Not(HasSubstr("\nok 3")));
}

TEST(ComparisonText, ShowsAComparisonAsTheGoldenFileDoes) {
  const auto before =
      compare::settle(finished_run({row("x86_64", "mm/cow", "fork leak", Outcome::pass),
                                    row("arm64", "mm/cow", "fork leak", Outcome::pass),
                                    row("x86_64", "mm/cow", "swap", Outcome::fail, "leaked"),
                                    row("x86_64", "mm/old", "case", Outcome::pass),
                                    row("x86_64", "mm/ksm", "merge", Outcome::unfit, "no KSM"),
                                    row("x86_64", "mm/uffd", "wp", Outcome::fail, "a"),
                                    row("ppc32-e500", "mm/cow", "fork leak", Outcome::pass),
                                    row("x86_64", "mm/pin", "", Outcome::pass)}));
  auto second =
      finished_run({row("x86_64", "mm/cow", "fork leak", Outcome::fail, "leaked \x1b[31m"),
                    row("arm64", "mm/cow", "fork leak", Outcome::fail, "leaked \x1b[31m"),
                    row("x86_64", "mm/cow", "swap", Outcome::pass),
                    row("x86_64", "mm/ksm", "merge", Outcome::pass),
                    row("x86_64", "mm/uffd", "wp", Outcome::fail, "b"),
                    row("x86_64", "mm/pin", "", Outcome::infra, "killed")});
  for (int i = 0; i < 10; ++i)
    second.results.push_back(
        row("x86_64", "mm/guard-regions", fmt::format("case {}", i), Outcome::pass));
  second.id = "20261122-000000-aaaa";
  const auto comparison = compare::compare_runs(before, compare::settle(second));
  expect_golden("compare.txt", comparison_text(comparison, {.width = 80}));
}

TEST(Tables, ListRuns) {
  store::RunSummary run{.id = "20261121-090212-3f2a",
                        .scenario = "smoke",
                        .state = store::RunState::interrupted,
                        .machines = {"x86_64", "arm64"}};
  run.counts.add(Outcome::pass, 12);
  run.counts.add(Outcome::crash);
  EXPECT_EQ(runs_table({&run, 1}, {}),
            "RUN                   SCENARIO  STATE        MACHINES      RAW RESULTS\n"
            "20261121-090212-3f2a  smoke     interrupted  x86_64,arm64  1 crash, 12 pass\n");
  run.scenario = "bad-oops,bad-warn,bad-hang";
  EXPECT_THAT(runs_table({&run, 1}, {}), HasSubstr("bad-oops and 2 more  interrupted"));
  EXPECT_THAT(runs_table({}, {}), HasSubstr("vmlab run"));
}

TEST(Tables, ListEveryMachine) {
  const std::string text = machines_table(model::machines(), {});
  for (const auto& machine : model::machines()) EXPECT_THAT(text, HasSubstr(machine.id));
}

TEST(Tables, ListTestsWithTheirNeeds) {
  model::Scenario s;
  s.name = "smoke";
  model::TestSpec test;
  test.id = "mm/cow";
  test.program = "cow";
  test.needs.hugepages = {{.page_bytes = 2 << 20, .node = -1, .pages = 8}};
  test.needs.features = {"thp"};
  test.unfit = {{.machine = "ppc32*", .reason = "4M pages"}};
  s.tests = {test};
  EXPECT_THAT(tests_table({&s, 1}, {}), HasSubstr("8x2M pages, thp, not on ppc32*"));
  EXPECT_THAT(scenarios_table({&s, 1}, {}), HasSubstr("smoke"));
}

TEST(Escape, LeavesGoodTextAlone) {
  EXPECT_EQ(xml_clean("a\u20ac\n"), "a\u20ac\n");
  EXPECT_EQ(json_clean("a\u20ac\n\x01"), "a\u20ac\n\x01");
}

}  // namespace
}  // namespace report
