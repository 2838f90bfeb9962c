// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "gtest/gtest.h"
#include "ktap/parser.h"
#include "ktap/test_text.h"

namespace ktap {
namespace {

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

}  // namespace
}  // namespace ktap
