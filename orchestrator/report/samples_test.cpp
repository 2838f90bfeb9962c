// SPDX-License-Identifier: Apache-2.0
#include "report/samples.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <pugixml.hpp>

#include "compare/samples/comparison.h"
#include "compare/samples/reader.h"
#include "report/golden.h"

namespace report {
namespace {

// One metric of every kind of verdict and reason.
constexpr std::string_view kFile = R"(title: swap without slot cache
before: linux 6.12.117
after: linux 6.12.117 + fix
clock: wall
better: higher

metric: usemem, random 4K
unit: KB/s
before: 424907.60 (24410.78) n 16
after: 414745.92 (34554.78) n 16

metric: usemem, sequential 4K
unit: KB/s
before: 6150056.79 (103205.90) n 16
after: 6321469.06 (115878.16) n 16

metric: kernel build, 64K folios
unit: s
better: lower
before: 6841.71 (409.04) n 12
after: 6437.99 (435.55) n 12

metric: fork
unit: us
better: lower
before: 861.2 855.0 870.1 858.8 861.0 862.2 866.7 859.9
after: 901.1 899.7 905.2 903.3 900.9 898.8 907.1 902.4

metric: few
before: 100 101 102
after: 110 111 112

metric: sorted
before: 1 2 3 4 5 6 7 8
after: 11 12 13 14 15 16 17 18

metric: warm, and of two modes
better: lower
before: 150 101 99 100.5 99.5 101.5 98.5 100.2 99.8 100.1 99.7 100.4
after: 100 130 100.5 131 99.5 129 100.2 130.5 99.8 130.2 100.1 129.7

metric: page fault
unit: instructions
better: lower
clock: instructions
band: 0.12%
before: 8372 8384 8392
after: 8380 8384 8401

metric: mincore
better: lower
clock: instructions
band: 0
before: 970
after: 963

metric: the same
clock: instructions
before: 5 6 7 8 9 10 11 12
after: 5 6 7 8 9 10 11 12
)";

compare::SampleComparison comparison() {
  const auto file = compare::read_samples(kFile, "f");
  EXPECT_TRUE(file) << file.error().front().text();
  return compare::compare_samples(*file, {});
}

// Names as a hostile file would have them.
compare::SampleComparison hostile() {
  const auto file = compare::read_samples(
      "[{\"metric\": \"<script>alert(1)</script>\\u001b[31m\\u202e&\\\"'\", \"unit\": \"<b>\", "
      "\"better\": \"lower\", \"clock\": "
      "\"wall\", \"before\": [1, 2, 3], \"after\": [1e-300, 1e300, 5]}]",
      "f");
  return compare::compare_samples(*file, {});
}

}  // namespace

TEST(SamplesText, ShowsATableWithTheReasonBeside) {
  expect_golden("samples-wide.txt", samples_text(comparison(), {.width = 160}));
}

TEST(SamplesText, PutsTheReasonBelowOnANarrowTerminal) {
  expect_golden("samples-narrow.txt", samples_text(comparison(), {.width = 100}));
}

TEST(SamplesText, SaysWhatWasCorrected) {
  compare::SampleComparison many = comparison();
  many.correction = compare::Correction::fdr;
  many.corrected_for = 30;
  many.metrics[0].uncorrected = compare::SampleVerdict::improved;
  const std::string text = samples_text(many, {.width = 240});
  EXPECT_NE(
      text.find("p corrected for 30 metrics (Benjamini-Hochberg); 1 more would be called alone"),
      std::string::npos)
      << text;
}

TEST(SamplesText, HoldsNoControlCharacters) {
  for (const char c : samples_text(hostile(), {.width = 60}))
    EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
}

TEST(SamplesJson, KeepsTheContract) {
  expect_golden("samples.json", samples_json(comparison()));
  const auto value = boost::json::parse(samples_json(hostile()));
  const auto& metric = value.at("metrics").at(0).as_object();
  EXPECT_EQ(metric.at("verdict").as_string(), "inconclusive");
  EXPECT_EQ(metric.at("ci").as_array().size(), 2u);
  EXPECT_TRUE(metric.at("delta").is_number());
  EXPECT_TRUE(metric.at("p").is_number());
}

TEST(SamplesPage, IsOneFileWithoutScriptsOrLinks) {
  const std::string page = samples_page(comparison());
  expect_golden("samples.html", page);
  pugi::xml_document document;
  // Apart from the doctype it is a well-formed tree.
  ASSERT_TRUE(document.load_string(page.c_str()));
  for (const char* path : {"//script", "//link", "//img", "//a", "//*[@href]", "//*[@src]",
                           "//@*[starts-with(name(), 'on')]"})
    EXPECT_TRUE(document.select_nodes(path).empty()) << path;
  EXPECT_EQ(document.select_nodes("//tbody/tr").size(), 10u);
  EXPECT_EQ(document.select_nodes("//g[@class='row']").size(), 10u);
}

TEST(SamplesPage, KeepsHostileNamesInTheirPlace) {
  const std::string page = samples_page(hostile());
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>&"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;alert(1)&lt;/script&gt;\\x1B[31m"), std::string::npos) << page;
  for (const char* no : {"nan", "inf\"", "inf "}) EXPECT_EQ(page.find(no), std::string::npos) << no;
}

TEST(SamplesPage, DrawsMetricsOfOneKindOverTheirSize) {
  const auto file = compare::read_samples(
      "metric,better,clock,unit,before,after\nmunmap 4K,lower,exact,ns,100,90\nmunmap "
      "64K,lower,exact,ns,200,150\n"
      "munmap 2M,lower,exact,ns,900,300\nfork 4K,lower,exact,ns,1,2\n",
      "f");
  ASSERT_TRUE(file);
  const std::string page = samples_page(compare::compare_samples(*file, {}));
  EXPECT_NE(page.find("<figcaption>munmap (ns), logarithmic</figcaption>"), std::string::npos);
  EXPECT_EQ(page.find("<figcaption>fork"), std::string::npos) << "one size is no curve";
}

TEST(Measured, ShowsFiveDigitsAndExactCountsWhole) {
  EXPECT_EQ(measured(424907.6, false), "424908");
  EXPECT_EQ(measured(6445.69, false), "6445.7");
  EXPECT_EQ(measured(0.012345678, false), "0.012346");
  EXPECT_EQ(measured(0, false), "0");
  EXPECT_EQ(measured(221940, true), "221940");
  EXPECT_EQ(measured(8378.5, true), "8378.5");
  EXPECT_EQ(measured(1e300, false), "1.0000e+300");
}

}  // namespace report
