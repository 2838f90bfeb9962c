// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gtest/gtest.h"
#include "ktap/parser.h"
#include "ktap/test_text.h"

namespace ktap {
namespace {

using model::Dialect;

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

}  // namespace
}  // namespace ktap
