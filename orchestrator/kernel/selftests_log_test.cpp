// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kernel {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// The shape of a real log of `make -k --output-sync=target`, shortened.
constexpr std::string_view kLog =
    "  CC       cow\n"
    "  CC       hugepage-shm\n"
    "hugepage-shm.c: In function 'main':\n"
    "hugepage-shm.c:40:9: warning: unused variable 'x' [-Wunused-variable]\n"
    "  CC       khugepaged\n"
    "khugepaged.c: In function 'main':\n"
    "khugepaged.c:1195:24: error: 'KSFT_SKIP' undeclared (first use in this function)\n"
    " 1195 |                 return KSFT_SKIP;\n"
    "      |                        ^~~~~~~~~\n"
    "make: *** [../lib.mk:222: /tmp/out/khugepaged] Error 1\n"
    "  CC       ksm_tests\n"
    "ksm_tests.c:12:10: fatal error: numa.h: No such file or directory\n"
    "   12 | #include <numa.h>\n"
    "compilation terminated.\n"
    "make: *** [../lib.mk:222: /tmp/out/ksm_tests] Error 1\n"
    "gcc -Wall -m64 protection_keys.c -o /tmp/out/protection_keys_64\n"
    "/usr/bin/ld: protection_keys.c:(.text+0x68c): undefined reference to `__atomic_load_8'\n"
    "collect2: error: ld returned 1 exit status\n"
    "make: *** [Makefile:200: /tmp/out/protection_keys_64] Error 1\n"
    "make: *** No rule to make target 'gone.c', needed by '/tmp/out/soft-dirty'.\n"
    "make: Target 'all' not remade because of errors.\n";

TEST(SelftestLog, EachProgramGetsItsOwnCompilerLines) {
  const auto report = explain_missing(kLog, {"khugepaged", "ksm_tests", "protection_keys_64"});
  ASSERT_THAT(report, SizeIs(3));
  EXPECT_EQ(report[0].program, "khugepaged");
  EXPECT_THAT(report[0].lines, Contains(HasSubstr("'KSFT_SKIP' undeclared")));
  EXPECT_THAT(report[0].lines, Contains(HasSubstr("return KSFT_SKIP;")));
  EXPECT_THAT(report[0].lines, Not(Contains(HasSubstr("unused variable"))));
  EXPECT_THAT(report[1].lines, Contains(HasSubstr("numa.h: No such file")));
  EXPECT_THAT(report[1].lines, Not(Contains(HasSubstr("KSFT_SKIP"))));
  EXPECT_THAT(report[2].lines,
              ElementsAre(HasSubstr("undefined reference"), HasSubstr("ld returned 1")));
}

TEST(SelftestLog, SourceThatIsNotThereIsAReason) {
  const auto report = explain_missing(kLog, {"soft-dirty"});
  ASSERT_THAT(report, SizeIs(1));
  EXPECT_THAT(report[0].lines, ElementsAre(HasSubstr("No rule to make target 'gone.c'")));
}

TEST(SelftestLog, ProgramTheLogNeverMentionsStillHasALine) {
  const auto report = explain_missing(kLog, {"mystery"});
  ASSERT_THAT(report, SizeIs(1));
  EXPECT_THAT(report[0].lines, SizeIs(1));
}

TEST(SelftestLog, NothingMissingNothingReported) {
  EXPECT_THAT(explain_missing(kLog, {}), IsEmpty());
}

TEST(SelftestLog, LongComplaintsAreCutToTheFirstErrors) {
  std::string log = "  CC       many\n";
  for (int i = 0; i < 500; ++i)
    log += "many.c:" + std::to_string(i) + ":1: error: number " + std::to_string(i) + "\n";
  log += "make: *** [../lib.mk:222: /out/many] Error 1\n";
  const auto report = explain_missing(log, {"many"}, 5);
  ASSERT_THAT(report[0].lines, SizeIs(5));
  EXPECT_THAT(report[0].lines[0], HasSubstr("number 0"));
}

TEST(SelftestLog, ControlCharactersInAPathDoNotReachTheTerminal) {
  const auto report = explain_missing(
      "x.c:1:1: error: \033[31mred\nmake: *** [Makefile:1: /out/x] Error 1\n", {"x"});
  EXPECT_THAT(report[0].lines[0], Not(HasSubstr("\033")));
}

TEST(SelftestLog, EndOfFileInTheMiddleOfALineIsHarmless) {
  for (std::size_t cut = 0; cut < kLog.size(); ++cut) {
    const auto report = explain_missing(kLog.substr(0, cut), {"khugepaged"});
    ASSERT_THAT(report, SizeIs(1));
    ASSERT_THAT(report[0].lines, Not(IsEmpty()));
  }
}

}  // namespace
}  // namespace kernel
