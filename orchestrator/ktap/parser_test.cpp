// SPDX-License-Identifier: Apache-2.0
#include "ktap/parser.h"

#include <string>

#include "fmt/format.h"
#include "gtest/gtest.h"
#include "ktap/json.h"

namespace ktap {
namespace {

using model::Dialect;

// "pass a; fail b=why" of a whole text.
std::string brief(const Report& report) {
  std::string out;
  for (const auto& result : report.cases) {
    if (!out.empty()) out += "; ";
    out += fmt::format("{} {}", model::to_string(result.outcome), result.id);
    if (result.reason) out += "=" + *result.reason;
  }
  return out;
}
std::string brief(std::string_view text) { return brief(parse(text)); }
std::string brief(std::string_view text, ProcessEnd end) { return brief(parse(text, end, "mm/t")); }

TEST(ResultLines, may_lack_number_name_and_dash) {
  EXPECT_EQ(brief("ok 1 - a\nok 2 b\nok - c\nok d\nnot ok\n"),
            "pass a; pass b; pass c; pass d; fail (unnamed)");
}

TEST(ResultLines, are_recognised_only_at_the_start_of_a_line) {
  EXPECT_EQ(
      brief("x ok 1 a\nokay 2 b\nok3 c\n ok 4 d\nnotok 5\nNOT OK 6\n#ok 7 e\n# ok 8 f\nok\t9 g\n"),
      "pass g");
}

TEST(ResultLines, carry_every_directive_in_any_case) {
  EXPECT_EQ(brief("ok 1 a # SKIP why\nok 2 b # skip\nok 3 c # Skipped: why\nok 4 d #SKIP why\n"),
            "unfit a=why; unfit b; unfit c=why; unfit d=why");
  EXPECT_EQ(brief("not ok 1 a # TODO later\nok 2 b # todo\nok 3 c # XFAIL known\nnot ok 4 d # "
                  "xfail\nok 5 e # XPASS\n"),
            "xfail a=later; xpass b; xfail c=known; xfail d; xpass e");
  EXPECT_EQ(brief("not ok 1 a # TIMEOUT 30 seconds\nnot ok 2 b # ERROR no such file\nnot ok 3 # "
                  "error it broke\n"),
            "hang a=30 seconds; fail b=no such file; fail it broke=it broke");
  EXPECT_EQ(brief("not ok 1 a # SKIP too\n"), "unfit a=too");
}

TEST(ResultLines, keep_hashes_that_are_no_directive) {
  EXPECT_EQ(
      brief("ok 1 issue #42 works\nok 2 a \\# SKIP b\nok 3 check return code # rcode=0\nok 4 "
            "back\\\\slash\n"),
      "pass issue #42 works; pass a # SKIP b; pass check return code=rcode=0; pass back\\slash");
  EXPECT_EQ(brief("ok 1 a # TODOS are here\nnot ok 2 x # exit=1 # TIMEOUT 45 seconds\n"),
            "pass a=TODOS are here; hang x=45 seconds");
}

TEST(ResultLines, name_themselves_by_the_text_behind_a_directive) {
  EXPECT_EQ(brief("ok 1 # SKIP no swap\nok 2 # XFAIL known bug\nok 3 # SKIP\n"),
            "unfit no swap=no swap; xfail known bug=known bug; unfit (unnamed)");
}

TEST(ResultLines, may_come_without_a_newline_and_in_colour) {
  EXPECT_EQ(brief("\x1b[32mok\x1b[0m 1 a\nnot ok 2 b"), "pass a; fail b");
}

TEST(ResultLines, end_where_a_kernel_message_was_printed_into_them) {
  EXPECT_EQ(brief("ok 1 a[   12.345678] random: crng init done\nok 2 array[3]\n"),
            "pass a; pass array[3]");
}

TEST(Names, repeat_with_a_suffix_and_never_collide) {
  EXPECT_EQ(brief("ok 1 a\nok 2 a\nok 3 a (2)\nok 4 a\n"),
            "pass a; pass a (2); pass a (2) (2); pass a (3)");
}

TEST(Names, come_from_the_run_line_whatever_the_result_says) {
  const auto good =
      brief("# [RUN] case one\nok 1 No leak from parent into child\n# [RUN] case two\nok 2 x\n");
  EXPECT_EQ(good, "pass case one; pass case two");
  EXPECT_EQ(brief("# [RUN] case one\nnot ok 1 Leak from parent into child\n"),
            "fail case one=Leak from parent into child");
  EXPECT_EQ(brief("# [RUN] case one\nok 1 # XFAIL Leak\n# [RUN] case two\nok 2 # SKIP need more "
                  "free huge pages\n"),
            "xfail case one=Leak; unfit case two=need more free huge pages");
}

TEST(Names, of_several_results_behind_one_run_line_are_numbered) {
  EXPECT_EQ(brief("# [RUN] test_holes\nok 1 read\nok 2 write\n# [RUN] test_soft\nok 3 read\n"),
            "pass test_holes; pass test_holes (2); pass test_soft");
}

TEST(Names, are_the_same_for_both_kernels_ways_of_saying_them) {
  EXPECT_EQ(brief("# [RUN] c\nok 1 # SKIP MADV_PAGEOUT did not work, is swap enabled?\n"),
            brief("# [RUN] c\n# MADV_PAGEOUT did not work, is swap enabled?\nok 1 # SKIP c\n"));
  const auto old_way = parse("Testing minor on shmem... skipped [reason: feature missing]\n");
  const auto new_way =
      parse("TAP version 13\n1..1\nok 1 # SKIP minor on shmem (feature missing)\n");
  EXPECT_EQ(brief(old_way), brief(new_way));
  EXPECT_EQ(brief(old_way), "unfit minor on shmem=feature missing");
}

TEST(Names, of_old_harness_skips_come_from_their_run_line) {
  EXPECT_EQ(brief("#  RUN           migration.private_anon ...\n#      SKIP      no nodes\nok 1 # "
                  "SKIP no nodes\n"),
            "unfit migration.private_anon=no nodes");
}

TEST(Names, are_printable_and_bounded) {
  const std::string id = parse("ok 1 a\x01\xff\n").cases.at(0).id;
  EXPECT_EQ(id, "a\\x01\\xFF");
  const auto one = parse("ok 1 " + std::string(5000, 'x') + "1\n").cases.at(0).id;
  const auto two = parse("ok 1 " + std::string(5000, 'x') + "2\n").cases.at(0).id;
  EXPECT_LT(one.size(), 450u);
  EXPECT_NE(one, two);
}

TEST(Reasons, of_a_failure_are_the_remark_before_it) {
  EXPECT_EQ(brief("# pmd-migration.c:12:t:Expected 0 (0) == ret (-1)\n#          FAIL  g.t\nnot ok "
                  "1 g.t\n# x\nok 2 b\n"),
            "fail g.t=pmd-migration.c:12:t:Expected 0 (0) == ret (-1); pass b");
}

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

TEST(Plans, cut_by_exit_status_four_are_unfit) {
  EXPECT_EQ(
      brief("1..9\nok 1 a\nok 2 # SKIP Failed to initialize userfaultfd\n", ProcessEnd::exited(4)),
      "pass mm/t/a; unfit mm/t/Failed to initialize userfaultfd=Failed to initialize userfaultfd; "
      "unfit mm/t=Failed to initialize userfaultfd");
}

TEST(ProcessEnds, decide_when_the_cases_do_not) {
  EXPECT_EQ(brief("1..1\nok 1 a\n", ProcessEnd::exited(1)),
            "pass mm/t/a; fail mm/t=exit status 1 although every case passed");
  EXPECT_EQ(brief("1..1\nnot ok 1 a\n", ProcessEnd::exited(1)), "fail mm/t/a");
  EXPECT_EQ(brief("1..1\nok 1 a\n", ProcessEnd::signalled(7)),
            "pass mm/t/a; fail mm/t=killed by SIGBUS");
  EXPECT_EQ(brief("1..1\nok 1 a\n", ProcessEnd::limit()),
            "pass mm/t/a; hang mm/t=no end within its limit");
  EXPECT_EQ(brief("1..1\nok 1 a\n", ProcessEnd::cut()),
            "pass mm/t/a; missing mm/t=the guest ended while the test ran");
  EXPECT_EQ(signal_name(77), "signal 77");
}

TEST(ProcessEnds, are_the_only_result_of_plain_programs) {
  EXPECT_EQ(brief("shmid: 0x1\n", ProcessEnd::exited(0)), "pass mm/t");
  EXPECT_EQ(brief("shmget: Cannot allocate memory\n", ProcessEnd::exited(1)),
            "fail mm/t=exit status 1: shmget: Cannot allocate memory");
  EXPECT_EQ(brief("", ProcessEnd::exited(4)), "unfit mm/t=exit status 4");
  EXPECT_EQ(brief("", ProcessEnd::exited(2)), "fail mm/t=exit status 2");
  EXPECT_EQ(brief("", ProcessEnd::exited(255)), "fail mm/t=exit status 255");
  EXPECT_EQ(brief("", ProcessEnd::signalled(9)), "fail mm/t=killed by SIGKILL");
  EXPECT_TRUE(parse("", ProcessEnd::exited(0), "mm/t").complete);
}

TEST(ProcessEnds, never_make_a_header_alone_green) {
  EXPECT_EQ(brief("TAP version 13\n", ProcessEnd::exited(0)),
            "missing mm/t=a header and no result");
  EXPECT_EQ(brief("TAP version 13\n1..3\n", ProcessEnd::exited(0)),
            "missing mm/t=3 of 3 planned cases never reported");
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

TEST(Nesting, leaves_yaml_blocks_alone) {
  EXPECT_EQ(brief("TAP version 13\n1..2\nnot ok 1 a\n  ---\n  message: x\n  1..7\n  ok 2 no\n  "
                  "...\nok 2 b\n"),
            "fail a; pass b");
  EXPECT_EQ(brief("1..2\nnot ok 1 a\n  ---\n  never: closed\nok 2 b\n"), "fail a; pass b");
}

TEST(UffdUnitTests, report_without_tap) {
  const std::string text =
      "Testing UFFDIO_API (with syscall)... done\nTesting move on anon... failed [reason: page "
      "content]\n"
      "Testing minor on hugetlb... skipped [reason: memory allocation failed]\n"
      "Userfaults unit tests: pass=1, skip=1, fail=1 (total=3)\n";
  const Report report = parse(text, ProcessEnd::exited(1), "mm/u");
  EXPECT_EQ(brief(report),
            "pass mm/u/UFFDIO_API (with syscall); fail mm/u/move on anon=page content; "
            "unfit mm/u/minor on hugetlb=memory allocation failed");
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.planned, 3u);
}

TEST(UffdUnitTests, that_die_in_a_case_say_which) {
  EXPECT_EQ(brief("Testing zeropage on anon... done\nTesting poison on anon... ",
                  ProcessEnd::signalled(11)),
            "pass mm/t/zeropage on anon; missing mm/t/poison on anon=started and never reported; "
            "fail mm/t=killed by SIGSEGV");
  EXPECT_FALSE(parse("Testing zeropage on anon... done\n").complete);
}

TEST(UffdUnitTests, may_be_interrupted_by_other_lines) {
  EXPECT_EQ(brief("Testing a on anon... noise\ndone\nTesting b on anon... \nskipped [reason: x]\n"),
            "pass a on anon; unfit b on anon=x");
}

TEST(Khugepaged, reports_cases_and_counts_failures_in_its_exit_status) {
  const std::string text =
      "Save THP and khugepaged settings... \x1b[32mOK\x1b[0m\n\nRun test: collapse_full "
      "(khugepaged:anon)\n"
      "Collapse multiple fully populated PTE table.... \x1b[32mOK\x1b[0m\n\n"
      "Run test: collapse_empty (madvise:anon)\nDo not collapse empty PTE table... "
      "\x1b[31mFail\x1b[0m\n"
      "Run test: collapse_swapin_single_pte (madvise:shmem)\nSwapout one page... "
      "\x1b[33mSkip\x1b[0m\n"
      "Restore THP and khugepaged settings... OK\n";
  EXPECT_EQ(brief(text, ProcessEnd::exited(4)),
            "pass mm/t/collapse_full (khugepaged:anon); "
            "fail mm/t/collapse_empty (madvise:anon)=Do not collapse empty PTE table... Fail; "
            "unfit mm/t/collapse_swapin_single_pte (madvise:shmem)");
  EXPECT_EQ(brief("Run test: a (b:c)\nx... OK\n", ProcessEnd::exited(4)),
            "pass mm/t/a (b:c); fail mm/t=exit status 4 although every case passed");
  EXPECT_EQ(brief("Run test: a (b:c)\nx... OK\n", ProcessEnd::signalled(11)),
            "missing mm/t/a (b:c)=started and never reported; fail mm/t=killed by SIGSEGV");
}

TEST(Khugepaged, has_the_same_names_as_tap) {
  EXPECT_EQ(brief("Run test: collapse_full (khugepaged:anon)\nCollapse... OK\nRestore THP and "
                  "khugepaged settings... OK\n"),
            brief("TAP version 13\n1..1\n# \n# Run test: collapse_full "
                  "(khugepaged:anon)\nCollapse... OK\nok 1 collapse_full\n"));
}

TEST(PlainPrograms, that_name_cases_are_read) {
  EXPECT_EQ(brief("mmap(NULL): 0x7f0000000000 - OK\nmmap(-1UL): 0xffffffffffffffff - FAILED\n",
                  ProcessEnd::exited(1)),
            "pass mm/t/mmap(NULL); fail mm/t/mmap(-1UL)=mapped at 0xffffffffffffffff");
  EXPECT_EQ(brief("Write/read chunk size=0x800\n ... HugeTLB read regression test...\n"
                  " ...  ... expect to read 0x200000 bytes of data in total\n"
                  " ... HugeTLB read regression test...TEST_PASSED\n ... HugeTLB read HWPOISON "
                  "test...TEST_SKIPPED\n",
                  ProcessEnd::exited(0)),
            "pass mm/t/HugeTLB read regression chunk_size=0x800; unfit mm/t/HugeTLB read HWPOISON "
            "chunk_size=0x800");
}

TEST(PlainPrograms, that_exit_with_a_line_number_fail) {
  for (int status : {0, 4, 255})
    EXPECT_EQ(brief("has pkeys: 1\nassert() at protection_keys.c::1028 test_nr: 3 iteration: 1\n",
                    ProcessEnd::exited(status))
                  .substr(0, 9),
              "fail mm/t");
}

TEST(PlainPrograms, with_statuses_of_their_own_never_skip) {
  EXPECT_EQ(brief(parse("Detach failure\n", ProcessEnd::exited(4), "mm/hugepage-shm")),
            "fail mm/hugepage-shm=exit status 4: Detach failure");
  EXPECT_EQ(brief(parse("", ProcessEnd::exited(2), "x", Dialect::exit_code)),
            "xfail x=exit status 2");
  EXPECT_EQ(brief(parse("", ProcessEnd::exited(3), "x", Dialect::exit_code)),
            "xpass x=exit status 3");
}

TEST(Names, of_mkdirty_come_from_its_info_lines) {
  EXPECT_EQ(brief(parse("1..2\n# [INFO] detected THP size: 2048 KiB\n# [INFO] PTRACE write "
                        "access\nok 1 SIGSEGV generated, page not modified\n"
                        "# [INFO] Page migration\nok 2 # SKIP mbind() failed\n",
                        ProcessEnd::exited(0), "mm/mkdirty")),
            "pass mm/mkdirty/PTRACE write access; unfit mm/mkdirty/Page migration=mbind() failed");
}

TEST(Names, without_what_varies_stay) {
  EXPECT_EQ(brief("ok 1 ioctl status 0\nnot ok 2 ioctl status 22\n"),
            "pass ioctl status; fail ioctl status (2)=ioctl status 22");
}

TEST(ResultLines, that_lack_their_newline_are_taken_apart) {
  EXPECT_EQ(brief("not ok 3 mlock error: Operation not permittednot ok 4 xok 5 y\n"),
            "fail mlock error: Operation not permitted; fail x; pass y");
  EXPECT_EQ(brief("# [RUN] a\nok 1 # SKIP Merging memory skipped# [RUN] b\nok 2 fine\n"),
            "unfit a=Merging memory skipped; pass b");
  EXPECT_EQ(brief("ok 1 this is ok 2 do\nok 2 a\n"), "pass this is ok 2 do; pass a");
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

TEST(Stderr, says_why_and_holds_no_results) {
  Parser parser("mm/t");
  parser.feed("TAP version 13\n1..1\n#  RUN           g.t ...\n");
  parser.feed_stderr(
      "# t.c:12:t:Expected 0 (0) == ret (-1)\nok 1 not a result\n# t: Test terminated by asser");
  parser.feed_stderr("tion\n");
  parser.feed("#          FAIL  g.t\nnot ok 1 g.t\n");
  EXPECT_EQ(brief(parser.finish(ProcessEnd::exited(1))),
            "fail mm/t/g.t=t.c:12:t:Expected 0 (0) == ret (-1)");

  Parser plain("mm/hugepage-mmap");
  plain.feed("Mapping\n");
  plain.feed_stderr("mmap: Cannot allocate memory");
  EXPECT_EQ(brief(plain.finish(ProcessEnd::exited(1))),
            "fail mm/hugepage-mmap=exit status 1: mmap: Cannot allocate memory");
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
      R"({"id":"b","outcome":"unfit","reason":"\"x\"","line":3}],"planned":2,"complete":true,"notes":[]})");
  EXPECT_EQ(report_to_json(parse("")),
            R"({"results":[],"planned":null,"complete":false,"notes":[]})");
}

}  // namespace
}  // namespace ktap
