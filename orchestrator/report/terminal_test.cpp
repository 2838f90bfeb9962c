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

TEST(Terminal, ARunOfWhichMoreWasUnfitThanRanIsNotGreen) {
  auto run = finished_run({row("x86_64", "mm/cow", "a", Outcome::pass), row("x86_64", "mm/cow", "b", Outcome::unfit, "no ioctl"),
                           row("x86_64", "mm/cow", "c", Outcome::unfit, "no ioctl"), row("x86_64", "mm/a", "c", Outcome::pass)});
  EXPECT_EQ(verdict_line(view(run), {}), "GOOD WHERE IT RAN: 2 pass, 2 unfit; mostly unfit: mm/cow on x86_64");
  EXPECT_EQ(exit_code(view(run)), 0);
}

TEST(Terminal, ARunningRunIsNotCalledGood) {
  auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::pass)});
  run.finished_at.clear();
  run.planned = {planned("x86_64", "mm/a"), planned("x86_64", "mm/b")};
  EXPECT_EQ(verdict_line(view(run, store::RunState::running), {}),
            "GOOD SO FAR: 1 pass; 1 test to go");
  EXPECT_EQ(verdict_line(view(run, store::RunState::interrupted), {}), "BAD: 1 missing; 1 pass");
}

TEST(Terminal, ShowsHowOftenABadResultCameBack) {
  const auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::fail), row("x86_64", "mm/a", "c", Outcome::pass, "", 2),
                                 row("x86_64", "mm/a", "c", Outcome::pass, "", 3), row("x86_64", "mm/b", "", Outcome::crash, "BUG"),
                                 row("x86_64", "mm/b", "", Outcome::crash, "BUG", 2)});
  const std::string text = terminal_text(view(run), {});
  EXPECT_THAT(text, HasSubstr("on x86_64 (flaky 1/3)"));
  EXPECT_THAT(text, HasSubstr("on x86_64 (fails 2/2)"));
  EXPECT_THAT(text, HasSubstr("BAD: 1 crash, 1 fail"));
}

TEST(Terminal, CasesThatACrashTookAlongAreNotListedBesideIt) {
  const auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::pass), row("x86_64", "mm/a", "(planned case 2)", Outcome::missing, "lost"),
                                 row("x86_64", "mm/a", "", Outcome::crash, "BUG; 1 of 2 planned cases never reported"),
                                 row("x86_64", "mm/b", "(planned case 7)", Outcome::missing, "1 of 7 planned cases never reported")});
  const std::string text = terminal_text(view(run), {});
  EXPECT_THAT(text, Not(HasSubstr("(planned case 2)")));
  EXPECT_THAT(text, HasSubstr("mm/b/(planned case 7)"));
  EXPECT_THAT(text, HasSubstr("BAD: 1 crash, 2 missing; 1 pass")) << "but counted";
}

TEST(Terminal, ShowsAnnouncedKernelLines) {
  const auto run = finished_run({row("x86_64", "mm/a", "c", Outcome::pass),
                                 row("x86_64", "mm/a", "kernel lines 'MCE: Killing*'", Outcome::pass, "12304 lines"),
                                 row("arm64", "mm/a", "c", Outcome::pass),
                                 row("arm64", "mm/a", "kernel lines 'MCE: Killing*'", Outcome::pass, "12304 lines")});
  EXPECT_THAT(terminal_text(view(run), {}),
              HasSubstr("Kernel lines that tests announced\n  mm/a: 'MCE: Killing*', 12304 lines (x86_64, arm64)\n"));
}

TEST(Terminal, JudgesABadKernelByWhatItsScenarioExpects) {
  auto run = finished_run({row("x86_64", "mm/a", "", Outcome::crash, "BUG"), row("x86_64", "mm/b", "", Outcome::pass)});
  model::JobRecord job{.job = "x86_64-1", .machine = "x86_64"};
  run.jobs.push_back(job);
  const auto judged = [&](const char* outcome) {
    const compare::ExpectationSet set{.kernel = {}, .patches = {}, .selftests = {}, .expects = {{.test = "mm/a", .outcome = outcome}}};
    return view_of({.run = run, .state = store::RunState::finished}, {}, "2026-11-21", std::span(&set, 1));
  };
  EXPECT_EQ(exit_code(judged("crash")), 0);
  EXPECT_THAT(terminal_text(judged("crash"), {}), HasSubstr("as expected  mm/a on x86_64: crash\n"));
  EXPECT_THAT(verdict_line(judged("crash"), {}),
              HasSubstr("AS EXPECTED: 2 of 2 outcomes are those that the scenario expects"));
  EXPECT_EQ(exit_code(judged("hang")), 1);
  EXPECT_THAT(terminal_text(judged("hang"), {}), HasSubstr("UNEXPECTED   mm/a on x86_64: crash, expected hang\n"));
  EXPECT_THAT(verdict_line(judged("hang"), {}), HasSubstr("NOT AS EXPECTED: 1 of 2"));
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
