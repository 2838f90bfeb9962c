// SPDX-License-Identifier: Apache-2.0
#include "report/terminal.h"

#include <gmock/gmock.h>

#include "base/text.h"
#include "report/golden.h"
#include "report/sample_run.h"

namespace report {
namespace {

using compare::fixture::finished_run;
using compare::fixture::planned;
using compare::fixture::row;
using model::Outcome;
using testing::HasSubstr;
using testing::Not;

RunView view(model::Run run, store::RunState state = store::RunState::finished) {
  return view_of({.run = std::move(run), .state = state}, {}, "2026-11-21");
}

TEST(Terminal, ShowsARunAsTheGoldenFileDoes) {
  expect_golden("run.txt", terminal_text(sample_view(), {}));
}

TEST(Terminal, FitsANarrowTerminal) {
  const std::string text = terminal_text(sample_view(), {.width = 64});
  for (const auto line : base::split_lines(text)) EXPECT_LE(display_width(line), 64u) << line;
  expect_golden("run-64.txt", text);
}

TEST(Terminal, ColoursOnlyWhenAsked) {
  EXPECT_THAT(terminal_text(sample_view(), {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(terminal_text(sample_view(), {.colour = true, .width = 100}),
              HasSubstr("\x1b[31mcrash"));
}

TEST(Terminal, GuestTextCannotReachTheTerminalRaw) {
  const std::string text = terminal_text(sample_view(), {.colour = true, .width = 100});
  EXPECT_THAT(text, Not(HasSubstr("\x1b[2J")));
  EXPECT_THAT(text, HasSubstr("\\x1B[2J"));
}

TEST(Terminal, SaysWhenNothingRan) {
  auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::unfit, "no huge pages")});
  run.planned = {planned("x86_64", "mm/a")};
  const std::string text = terminal_text(view(run), {});
  EXPECT_THAT(text, HasSubstr("NOTHING RAN: 1 planned test ran nothing; 1 unfit"));
  EXPECT_THAT(text, HasSubstr("0/1 ran [a]"));
  EXPECT_EQ(exit_code(view(run)), 1);
}

TEST(Terminal, SaysWhenTheScenarioWantedNothingToRun) {
  auto run = finished_run({});
  run.planned = {planned("x86_64", "mm/a")};
  run.planned[0].unfit = "no such keys";
  EXPECT_EQ(verdict_line(view(run), {}), "NOTHING RAN, as the scenario says: 1 unfit");
  EXPECT_EQ(exit_code(view(run)), 0);
}

TEST(Terminal, AGoodRunIsShort) {
  auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::pass)});
  run.planned = {planned("x86_64", "mm/a")};
  EXPECT_EQ(terminal_text(view(run), {}),
            "run 20261121-090212-3f2a  smoke  12 min 08 s\n\n"
            "        x86_64\n"
            "  mm/a  pass\n\n"
            "GOOD: 1 pass\n");
}

TEST(Terminal, ARunningRunIsNotCalledGood) {
  auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::pass)});
  run.finished_at.clear();
  run.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b")};
  EXPECT_EQ(verdict_line(view(run, store::RunState::running), {}),
            "GOOD SO FAR: 1 pass; 1 test to go");
  EXPECT_EQ(verdict_line(view(run, store::RunState::interrupted), {}), "BAD: 1 missing; 1 pass");
}

TEST(Layout, WrapsAtBlanksAndLongWordsAtSlashes) {
  EXPECT_EQ(wrap("one two three", 10), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrap("mm/aaaa/bbbbbbbb", 10), (std::vector<std::string>{"mm/aaaa/", "bbbbbbbb"}));
  EXPECT_EQ(wrap(std::string(25, 'x'), 10).size(), 3u);
  EXPECT_EQ(wrap("", 10), std::vector<std::string>{""});
}

TEST(Layout, CountsCharactersNotBytes) {
  EXPECT_EQ(display_width("\u20ac\u20ac"), 2u);
  EXPECT_EQ(fit("\u20ac\u20ac\u20ac\u20ac\u20ac", 4), "\u20ac...");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(999), "999");
}

}  // namespace
}  // namespace report
