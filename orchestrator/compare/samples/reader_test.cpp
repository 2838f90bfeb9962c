// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/reader.h"

#include <gtest/gtest.h>

namespace compare {
namespace {

SampleFile read(std::string_view text, const SampleDefaults& defaults = {}) {
  auto file = read_samples(text, "f", defaults);
  if (!file) ADD_FAILURE() << file.error().front().text();
  return file.value_or(SampleFile{});
}

// All mistakes, one line each, hints after " | ".
std::string mistakes(std::string_view text) {
  const auto file = read_samples(text, "f");
  if (file) return "none";
  std::string out;
  for (const auto& mistake : file.error()) {
    std::string said = mistake.text();
    if (const auto at = said.find("\n  "); at != std::string::npos) said.replace(at, 3, " | ");
    out += (out.empty() ? "" : "\n") + said;
  }
  return out;
}

void expect_two_metrics(const SampleFile& file) {
  ASSERT_EQ(file.metrics.size(), 2u);
  const Metric &fork = file.metrics[0], &fault = file.metrics[1];
  EXPECT_EQ(fork.name, "fork");
  EXPECT_TRUE(fork.lower_is_better);
  EXPECT_EQ(fork.clock, model::Clock::wall);
  EXPECT_EQ(std::get<Values>(fork.before), (Values{861.5, 855, 870}));
  EXPECT_EQ(std::get<Values>(fork.after), (Values{801, 799}));
  EXPECT_EQ(fault.name, "random, 4K");
  EXPECT_FALSE(fault.lower_is_better);
  EXPECT_EQ(fault.clock, model::Clock::instructions);
  const auto& before = std::get<MeanSd>(fault.before);
  EXPECT_EQ(before.mean, 424907.60);
  EXPECT_EQ(before.sd, 24410.78);
  EXPECT_EQ(before.n, 16);
  EXPECT_EQ(std::get<MeanSd>(fault.after).n, 15);
}

}  // namespace

TEST(SampleFiles, AreReadAsJson) {
  const std::string list = R"([
    {"metric": "fork", "better": "lower", "clock": "wall", "before": [861.5, 855, 870], "after": [801, 799], "band": null},
    {"metric": "random, 4K", "better": "higher", "clock": "instructions", "seeds": 16,
     "before": {"mean": 424907.60, "sd": 24410.78, "n": 16}, "after": {"mean": 414745.92, "sd": 34554.78, "n": 15}, "band": 0.0012}
  ])";
  expect_two_metrics(read(list));
  EXPECT_EQ(read(list).metrics[1].band, 0.0012);
  const SampleFile titled =
      read("\xEF\xBB\xBF{\"title\": \"swap\", \"before\": \"6.12\", \"metrics\": " + list + "}");
  expect_two_metrics(titled);
  EXPECT_EQ(titled.title, "swap");
  EXPECT_EQ(titled.before, "6.12");
}

TEST(SampleFiles, AreReadAsNotes) {
  const SampleFile file = read(R"(# from the list
title: swap
before: linux 6.12
after: linux 6.12 + fix
clock: wall
better: lower

metric: fork
unit: us
before: 861.5, 855,
  870
after: 801 799

metric: random, 4K
better: higher
clock: exact
band: 0.12%
sampling: independent
before: 424907.60 (24410.78) n 16
after: 414745.92 ± 34554.78, n=15
)");
  expect_two_metrics(file);
  EXPECT_EQ(file.metrics[0].unit, "us");
  EXPECT_NEAR(file.metrics[1].band.value_or(0), 0.0012, 1e-15);
  EXPECT_EQ(file.metrics[1].sampling, Sampling::independent);
  EXPECT_EQ(file.after, "linux 6.12 + fix");
}

TEST(SampleFiles, AreReadAsTables) {
  expect_two_metrics(
      read("metric,better,clock,side,value,mean,sd,n\r\n"
           "fork,lower,wall,before,861.5,,,\r\nfork,,,before,855,,,\r\nfork,,,before,870\r\n"
           "\r\n# after the patch\r\nfork,,,after,801\r\nfork,,,after,799\r\n"
           "\"random, 4K\",higher,exact,before,,424907.60,24410.78,16\r\n"
           "\"random, 4K\",,,after,,414745.92,34554.78,15\r\n,,,,,,,\r\n"));
  expect_two_metrics(read(
      "metric\tbetter\tclock\tbefore\tafter\n"
      "fork\tlower\twall\t861.5\t801\nfork\tlower\twall\t855\t799\nfork\tlower\twall\t870\t\n"
      "random, 4K\thigher\tinstructions\t424907.60 (24410.78) n 16\t414745.92 (34554.78) n 15"));
  expect_two_metrics(
      read("Metric;Direction;Kind;Before;After;Before mean;Before sd;Before n;After mean;After "
           "stdev;After n\n"
           "fork;lower;wall;861.5 855 870;801 799;;;;;;\n"
           "random, 4K;higher;exact;;;424907.60;24410.78;16;414745.92;34554.78;15\n"));
}

TEST(SampleFiles, TakeDirectionAndClockForAllFromTheCommandLine) {
  const SampleFile file = read("metric,before,after\nfork,1,2\n",
                               {.lower_is_better = true, .clock = model::Clock::wall});
  EXPECT_EQ(file.metrics.size(), 1u);
}

TEST(MistakesInJson, ArePointedAt) {
  EXPECT_EQ(mistakes("[\n  {\"metric\": \"a\", \"better\": \"less\", \"clock\": \"wal\", "
                     "\"before\": [1, \"2\"], \"after\": {\"mean\": 1}}]"),
            "f:2:29: better is 'less' | better: lower or higher\n"
            "f:2:46: clock is 'wal' | clock: wall (noisy) or instructions (exact)\n"
            "f:2:67: a text, where a number belongs | numbers stand without quotes\n"
            "f:2:82: \"after\" without \"sd\" | {\"mean\": 8378, \"sd\": 6, \"n\": 2}, or the list "
            "of values\n"
            "f:2:82: \"after\" without \"n\" | {\"mean\": 8378, \"sd\": 6, \"n\": 2}, or the list "
            "of values");
  EXPECT_EQ(mistakes("[{\"metric\": \"a\", \"beter\": \"lower\", \"clock\": \"wall\", \"before\": "
                     "[1], \"after\": [2]}]"),
            "f:1:18: there is no key \"beter\" | did you mean \"better\"?");
  EXPECT_EQ(mistakes("[1, 2]"),
            "f:1:1: a list with bare numbers, where metrics belong | [{\"metric\": \"fork\", "
            "\"before\": [1, 2], ...}]");
  EXPECT_EQ(mistakes("[{\"metric\": \"a\", \"before\": [1e999], \"after\": [null]}]"),
            "f:1:29: '1e999' is not a number | numbers look like 12, 0.5 or 1.5e3\n"
            "f:1:47: null, where a number belongs | leave out what was not measured");
  EXPECT_EQ(mistakes("[{\"metric\": \"a\", \"before\": {\"mean\": 1, \"sd\": -1, \"n\": 2}, "
                     "\"after\": {\"mean\": 1, \"sd\": 1, \"n\": 2.5}}]"),
            "f:1:28: a standard deviation of -1 | it is 0 or more\n"
            "f:1:68: 2.5 samples | n is how many values the mean is of: 1, 2, 3, ...");
  EXPECT_EQ(mistakes("{}"),
            "f:1:1: an object without \"metrics\" | {\"metrics\": [{\"metric\": \"fork\", ...}]}, "
            "or the list alone");
}

TEST(MistakesInJson, OfGrammarAreFoundWhereTheyAre) {
  EXPECT_EQ(mistakes("[\n  {\"metric\": \"a\",\n   \"before\": [1, 2,]}]"),
            "f:3:20: ']' cannot stand here | the comma before it is one too many");
  EXPECT_EQ(
      mistakes("[{\"metric\": \"a\", \"before\": [NaN]}]"),
      "f:1:29: 'N' cannot stand here | NaN and infinity are no measurements: leave the value out");
  EXPECT_EQ(mistakes("[{'metric': 1}]"),
            "f:1:3: ''' cannot stand here | JSON wants \"double quotes\"");
  EXPECT_EQ(
      mistakes("[{\"metric\": \"a\""),
      "f:1:16: the file ends in the middle of a value | a closing quote or bracket is missing");
  EXPECT_EQ(mistakes("[]\n]"),
            "f:2:1: there is more text after the end of the JSON value | one list of metrics, or "
            "one object that holds it");
  EXPECT_EQ(mistakes("[{\"metric\": \"a\" \"before\": []}]"),
            "f:1:17: '\"' cannot stand here | a comma, a colon or a closing bracket is missing "
            "before it");
}

TEST(MistakesInAMetric, AreThoseOfAnyFormat) {
  EXPECT_EQ(mistakes("[]"),
            "f:1:3: the file has no metric | the formats are in orchestrator/compare/README.md");
  EXPECT_EQ(mistakes(""),
            "f:1:1: the file has no metric | the formats are in orchestrator/compare/README.md");
  EXPECT_EQ(mistakes("metric: a\nbefore: 1\n"),
            "f:1:9: metric 'a' does not say which direction is better | better: lower or higher, "
            "or --better for all\n"
            "f:1:9: metric 'a' does not say what measured it | clock: wall (noisy) or instructions "
            "(exact), or --clock for all\n"
            "f:1:9: metric 'a' has no values after | at least one number, or mean, sd and n; or "
            "leave the metric out");
  EXPECT_EQ(mistakes("metric: a\nmetric: a\n"),
            "f:2:9: metric 'a' is here for the second time, first in line 1 | give it a name of "
            "its own, or put all its samples in one place");
}

TEST(MistakesInNotes, ArePointedAt) {
  EXPECT_EQ(
      mistakes("metric: a\nbefore: 1 2 1,234\nafter: 10 (1) 5\nband: 15\nbefor: 1\nwhat\n"),
      "f:2:13: '1,234' is not a number | decimals have a point, thousands no mark; after a comma "
      "between values put a blank\n"
      "f:3:8: this is neither a list of values nor mean, sd and n | write 424907.60 (24410.78) n "
      "16, or 8372 8384 8392\n"
      "f:4:7: band is '15' | band: a relative width from 0 to 1, or percent: 0.0012 or 0.12%\n"
      "f:5:1: there is no key 'befor' | did you mean 'before'?\n"
      "f:6:1: a line without a key | lines are like \"before: 1 2 3\"; a line that goes on with "
      "values begins with a blank");
  EXPECT_EQ(mistakes("metric: a\nbefore: 1 (1) n 3\n  4 5\n"),
            "f:3:3: metric 'a' has its mean, sd and n before for the second time, or besides "
            "values | a side is either a list of values or one mean, sd and n");
}

TEST(MistakesInTables, ArePointedAt) {
  EXPECT_EQ(mistakes("metric,side,vale\na,before,1\n"),
            "f:1:13: there is no column 'vale' | did you mean 'value'?");
  EXPECT_EQ(mistakes("metric,side\n"),
            "f:1:1: the table has no column 'value' | metric, side and value; or metric, before "
            "and after; or metric, before_mean, before_sd, before_n and the same of after");
  EXPECT_EQ(
      mistakes("metric,side,value\na,befor,1\na,before,x\na,after,1,2\n,after,1\na,after,\"1\n"),
      "f:2:3: a row of neither side | side: before or after\n"
      "f:3:10: 'x' is not a number | numbers look like 12, 0.5 or 1.5e3\n"
      "f:4:11: more cells than the header has columns | put quotes around a cell that holds the "
      "separator\n"
      "f:5:1: a row without a metric's name | every row names its metric\n"
      "f:6:9: a quote that nothing closes | a quote inside a quoted cell is written twice");
  EXPECT_EQ(mistakes("metric,better,side,value\na,lower,before,1\na,higher,after,1\n"),
            "f:3:3: better of metric 'a' is 'higher' here and was something else before | a metric "
            "has one of it");
}

TEST(OtherText, IsRefused) {
  EXPECT_EQ(mistakes("hello world\n"),
            "f:1:1: this is neither JSON, nor a table with a header line, nor notes | begin with "
            "[, with a header like \"metric,side,value\", or with \"metric: NAME\"");
}

TEST(ManyMistakes, AreCut) {
  std::string text = "metric: a\nbefore:";
  for (int i = 0; i < 100; ++i) text += " x";
  const std::string said = mistakes(text);
  EXPECT_TRUE(said.ends_with("f: and 80 more mistakes")) << said;
}

}  // namespace compare
