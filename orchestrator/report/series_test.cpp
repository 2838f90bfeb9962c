// SPDX-License-Identifier: Apache-2.0
#include "report/series.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "compare/series_fixture.h"
#include "report/golden.h"

namespace report {
namespace {

using compare::fixture::SeriesOf;

// A bit of everything, hostile text included.
SeriesView sample() {
  SeriesOf series(13);
  for (const char* machine : {"x86_64", "ppc64-radix4k"}) {
    series.track(machine, "mm/tail-poison", "tail page", "PPFFPPPPPPPPP");
    series.track(machine, "mm/tail-poison", "head page", "PPPPPPPPPPPPP");
    series.track(machine, "mm/madv_populate", "one", "PPPPPPPPPPPPP");
  }
  series.track("x86_64", "mm/cow", "case", "PPPPPPPPFGGGG");
  series.track("x86_64", "mm/cow", "\x1b[2Jother", "FFFFFFFFPPPPP");
  series.track("x86_64", "mm/uffd", "", "PPPPPPPPPPICP");
  series.track("x86_64", "mm/debug", "case", "PPPPPPPPPPPFP").temporary(11);
  series.unbuilt("x86_64", 6, "mm/memory.c:12:3: error: 'x' undeclared").unbuilt("ppc64-radix4k", 6, "mm/memory.c:12:3: error: 'x' undeclared");
  series.step(5).same_as = {{"x86_64", 4}, {"ppc64-radix4k", 4}};
  series.step(9).touched = {"mm/gup.c"};
  series.step(9).builds["x86_64"].warnings = {"mm/gup.c:7:1: warning: unused variable 'x' [-Wunused-variable]"};
  series.step(3).subject = "mm/rmap: a subject that is \x1b]0;too long\x07 for any column of a terminal to hold in full";
  return {.id = "20261122-013000-ab12",
          .title = "mm: folio rework",
          .base = "debian:6.12",
          .remarks = {"v2 is not whole (missing: 3 of 12): v1 is taken"},
          .report = series.report()};
}

TEST(SeriesReport, IsTextForPeople) {
  expect_golden("series.txt", series_text(sample(), {.colour = false, .width = 110}));
  expect_golden("series-60.txt", series_text(sample(), {.colour = false, .width = 60}));
}

TEST(SeriesReport, IsJsonForPrograms) {
  const auto value = boost::json::parse(series_json(sample()));
  EXPECT_EQ(value.at("verdict"), "worse");
  EXPECT_EQ(value.at("steps").as_array().size(), 13u);
  EXPECT_EQ(value.at("steps").at(5).at("same_as").at("x86_64"), 4);
  EXPECT_EQ(value.at("tests").at(0).at("cells").as_array().size(), 13u);
  const auto& first = value.at("findings").at(0);
  EXPECT_EQ(first.at("kind"), "broken");
  EXPECT_EQ(first.at("step"), 2);
  EXPECT_EQ(first.at("until"), 4);
  EXPECT_EQ(first.at("candidates"), boost::json::parse("[2]"));
}

TEST(SeriesReport, ASeriesThatChangesNothingIsShort) {
  const SeriesView view{.id = "x", .title = "t", .base = "b", .report = SeriesOf(3).track("x86_64", "mm/a", "one", "PPP").report()};
  const std::string text = series_text(view, {});
  EXPECT_TRUE(text.contains("NOT WORSE than the base at any of 2 steps")) << text;
  EXPECT_TRUE(text.contains("the same at every step: 1 test (1 pass)")) << text;
  EXPECT_FALSE(text.contains("Findings")) << text;
}

TEST(SeriesReport, OneThatWasInterruptedSaysHowToGoOn) {
  const SeriesView view{.id = "x", .title = "t", .base = "b", .report = SeriesOf(4).track("x86_64", "mm/a", "one", "PP").report()};
  const std::string text = series_text(view, {});
  EXPECT_TRUE(text.contains("go on: vmlab series --resume x")) << text;
  EXPECT_TRUE(text.contains("no verdict at 2 to 3: it has not been tested, on x86_64")) << text;
}

}  // namespace
}  // namespace report
