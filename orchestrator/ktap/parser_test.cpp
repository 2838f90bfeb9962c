// SPDX-License-Identifier: Apache-2.0
#include "ktap/parser.h"

#include <string>

#include "gtest/gtest.h"
#include "ktap/json.h"
#include "ktap/test_text.h"

namespace ktap {
namespace {

using model::Dialect;

TEST(Plans, that_are_not_met_give_one_missing) {
  EXPECT_EQ(brief("1..70\nok 1 a\nok 2 b\nok 3 c\nok 4 d\n", ProcessEnd::exited(0)),
            "pass mm/t/a; pass mm/t/b; pass mm/t/c; pass mm/t/d; missing mm/t=66 of 70 planned "
            "cases never reported");
  const Report report = parse("1..70\nok 1 a\n");
  EXPECT_EQ(report.planned, 70u);
  EXPECT_FALSE(report.complete);
}

TEST(Plans, tell_what_was_started_last) {
  EXPECT_EQ(brief("1..2\n# [RUN] one\nok 1 x\n# [RUN] two\n", ProcessEnd::signalled(11)),
            "pass mm/t/one; fail mm/t=killed by SIGSEGV; 1 of 2 planned cases never reported, the "
            "last to start: two");
}

TEST(Plans, may_come_last_or_not_at_all) {
  EXPECT_TRUE(parse("ok 1 a\nok 2 b\n1..2\n").complete);
  EXPECT_FALSE(parse("ok 1 a\n").complete);
  EXPECT_TRUE(parse("ok 1 a\n", ProcessEnd::exited(0)).complete);
  EXPECT_TRUE(parse("ok 1 a\n# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n").complete);
}

TEST(Plans, that_are_exceeded_fail_the_test) {
  EXPECT_EQ(brief("1..1\nok 1 a\nok 2 b\n", ProcessEnd::exited(0)),
            "pass mm/t/a; pass mm/t/b; fail mm/t=2 results for a plan of 1");
}

TEST(Plans, of_nothing_skip_the_whole_test) {
  EXPECT_EQ(brief("TAP version 13\n1..0 # SKIP Transparent Hugepages not available\n",
                  ProcessEnd::exited(4)),
            "unfit mm/t=Transparent Hugepages not available");
  EXPECT_EQ(brief(parse("1..0 # SKIP Transparent Hugepages not available\n", ProcessEnd::exited(4),
                        "mm/khugepaged", Dialect::automatic, "ppc32-e500")),
            "skip mm/khugepaged=Transparent Hugepages not available");
  const Report report = parse("1..0 # skip no KSM\n");
  EXPECT_EQ(report.planned, 0u);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(brief("1..0\n", ProcessEnd::exited(1)), "fail mm/t=exit status 1");
}

TEST(Plans, of_programs_in_a_row_add_up) {
  const Report report =
      parse("TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..2\nok 1 a\nok 2 b\n");
  EXPECT_EQ(report.planned, 3u);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(brief(report), "pass a; pass a (2); pass b");
}

TEST(Plans, printed_first_and_last_count_once) {
  const Report report = parse("1..2\nok 1 a\nok 2 b\n1..2\n");
  EXPECT_EQ(report.planned, 2u);
  EXPECT_EQ(brief(report), "pass a; pass b");
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(parse("1..1\nok 1 a\n1..1\nok 1 b\n").planned, 2u);
  EXPECT_FALSE(parse("1..1\nok 1 a\n1..2\n").complete);
}

TEST(Plans, that_a_forked_child_wrote_again_count_once) {
  const Report report = parse("TAP version 13\n1..2\nTAP version 13\n1..2\nok 1 a\nok 2 b\n");
  EXPECT_EQ(report.planned, 2u);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(parse("TAP version 13\n1..2\nTAP version 13\n1..3\nok 1 a\n").planned, 5u);
}

// prove(1) calls text without a plan a failure: nobody can tell whether its end is missing.
TEST(Plans, that_never_came_leave_the_text_incomplete_unless_the_program_is_known_to_have_ended) {
  EXPECT_FALSE(parse("TAP version 13\nok 1 a\nok 2 b\n").complete);
  EXPECT_TRUE(parse("TAP version 13\nok 1 a\nok 2 b\n", ProcessEnd::exited(0)).complete);
}

TEST(LineEnds, may_be_carriage_returns_alone) {
  const std::string text = "TAP version 13\n1..3\nok 1 a\n# why\nnot ok 2 b\nok 3 c # SKIP d\n";
  std::string old = text;
  for (char& c : old)
    if (c == '\n') c = '\r';
  EXPECT_EQ(brief(old), brief(text));
  EXPECT_TRUE(parse(old).complete);
  EXPECT_EQ(brief(parse("10%\r20%\rok 1 a\n1..1\n")), "pass a");
  std::string many = "1..9000\r";
  for (int i = 1; i <= 9000; ++i)
    many += "ok " + std::to_string(i) + " case " + std::to_string(i) + "\r";
  EXPECT_EQ(parse(many).cases.size(), 9000u);
  Parser bytes("");
  for (char c : many) bytes.feed(std::string_view(&c, 1));
  EXPECT_EQ(bytes.finish(ProcessEnd::unknown()).cases.size(), 9000u);
}

TEST(Plans, cut_by_exit_status_four_are_unfit) {
  EXPECT_EQ(
      brief("1..9\nok 1 a\nok 2 # SKIP Failed to initialize userfaultfd\n", ProcessEnd::exited(4)),
      "pass mm/t/a; unfit mm/t/Failed to initialize userfaultfd=Failed to initialize userfaultfd; "
      "unfit mm/t=Failed to initialize userfaultfd");
}

TEST(BailOut, fails_the_test_unless_it_only_counts_failures) {
  EXPECT_EQ(brief("1..2\nok 1 a\nBail out! opening pagemap failed\n", ProcessEnd::exited(1)),
            "pass mm/t/a; fail mm/t=exit status 1; Bail out! opening pagemap failed; 1 of 2 "
            "planned cases never reported");
  EXPECT_EQ(brief("1..1\nnot ok 1 a\nBail out! 1 out of 1 tests failed\n", ProcessEnd::exited(1)),
            "fail mm/t/a");
  EXPECT_FALSE(parse("1..1\nok 1 a\nBail out!\n").complete);
}

TEST(Totals, are_checked_against_the_lines) {
  EXPECT_EQ(
      parse("1..1\nok 1 a\n# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:0 error:0\n").notes.size(),
      0u);
  const Report report =
      parse("1..1\nok 1 a\n# Totals: pass:0 fail:1 xfail:0 xpass:0 skip:0 error:0\n");
  EXPECT_EQ(report.notes.size(), 1u);
  EXPECT_EQ(brief(report),
            "pass a; fail (test)=the totals count 1 more failures than were reported");
}

TEST(Nesting, takes_the_parents_name_from_before_or_after) {
  EXPECT_EQ(brief("KTAP version 1\n1..1\n  KTAP version 1\n  1..1\n    KTAP version 1\n    1..1\n  "
                  "  ok 1 c\n  ok 1 b\nok 1 a\n"),
            "pass a/b/c; pass a/b; pass a");
  EXPECT_EQ(brief("KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: a\n    1..1\n    ok 1 "
                  "c\nok 1 a\n"),
            "pass a/c; pass a");
  EXPECT_EQ(brief("TAP version 14\n1..1\n# Subtest: a\n    1..1\n    ok 1 - c\nok 1 - a\n"),
            "pass a/c; pass a");
}

TEST(Nesting, finds_what_a_subtest_never_reported) {
  const Report report = parse("KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 c\nok 1 a\n");
  EXPECT_EQ(brief(report),
            "pass a/c; missing a/(plan)=1 of 2 planned cases never reported; pass a");
  EXPECT_FALSE(report.complete);
}

TEST(Nesting, does_not_take_remarks_for_results) {
  EXPECT_EQ(brief("TAP version 13\n1..1\n# ok 1 this is a remark\nok 1 a\n"), "pass a");
}

TEST(Nesting, reads_subtests_in_braces) {
  const Report report = parse(
      "TAP version 14\n1..2\nok 1 - outer # time=5ms {\n    1..2\n    ok 1 - in\n    not ok 2 - "
      "also\n}\nok 2 - next\n");
  EXPECT_EQ(brief(report), "pass outer=time=5ms; pass outer/in; fail outer/also; pass next");
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(brief("1..1\nok 1 void f() {\n"), "pass void f()");
}

TEST(Nesting, does_not_mind_pragmas_and_directives_of_tap_14) {
  EXPECT_EQ(
      brief("TAP version 14\npragma +strict\n1..4\nok 1 - a # time=12.5ms\nnot ok 2 - b # TODO "
            "later\nok 3 - c # SKIP\nok 4 - d \\# e\npragma -strict\n"),
      "pass a=time=12.5ms; xfail b=later; unfit c; pass d # e");
}

TEST(Nesting, leaves_yaml_blocks_alone) {
  EXPECT_EQ(brief("TAP version 13\n1..2\nnot ok 1 a\n  ---\n  message: x\n  1..7\n  ok 2 no\n  "
                  "...\nok 2 b\n"),
            "fail a; pass b");
  EXPECT_EQ(brief("1..2\nnot ok 1 a\n  ---\n  never: closed\nok 2 b\n"), "fail a; pass b");
}

TEST(Totals, of_kunit_count_what_lies_below) {
  const Report report = parse(
      "KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n    1..2\n    ok 1 a\n    not "
      "ok 2 b\n"
      "# s: pass:1 fail:1 skip:0 total:2\n# Totals: pass:1 fail:1 skip:0 total:2\nnot ok 1 s\n");
  EXPECT_TRUE(report.notes.empty());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.cases.size(), 3u);
}

TEST(HostileText, cannot_grow_the_memory) {
  Parser parser("");
  const std::string chunk(1 << 16, 'x');
  for (int i = 0; i < 64; ++i) parser.feed(chunk);
  parser.feed("\nok 1 a\n");
  EXPECT_EQ(brief(parser.finish(ProcessEnd::unknown())), "pass a");
}

TEST(HostileText, with_huge_plans_and_numbers_is_only_text) {
  EXPECT_EQ(brief("1..99999999999999999999\nok 99999999999999999999999 a\n"), "pass a");
  const Report deep = parse([] {
    std::string text;
    for (int i = 0; i < 200; ++i)
      text += std::string(static_cast<std::size_t>(i) * 2, ' ') + "1..1\n";
    return text;
  }());
  EXPECT_FALSE(deep.complete);
}

TEST(Json, has_the_contracts_keys) {
  EXPECT_EQ(
      report_to_json(parse("1..2\nok 1 a\nok 2 b # SKIP \"x\"\n")),
      R"({"results":[{"id":"a","outcome":"pass","reason":null,"line":2},)"
      R"({"id":"b","outcome":"unfit","reason":"\"x\"","line":3}],"planned":2,"missing":0,"complete":true,"notes":[]})");
  EXPECT_EQ(
      report_to_json(parse("")),
      R"({"results":[],"planned":null,"missing":0,"complete":false,"notes":["no TAP, KTAP or other result was found in the text"]})");
}

}  // namespace
}  // namespace ktap
