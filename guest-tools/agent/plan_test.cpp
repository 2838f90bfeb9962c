// SPDX-License-Identifier: Apache-2.0
#include "agent/plan.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

const std::string kHead = "vmlab-plan 1\nseed 18446744073709551615\nheartbeat_ms 1000\ninteractive 0\n";
const std::string kTest =
    "test index=3 id=mm/cow dir=/vmlab/selftests/mm program=./cow limit_ms=60000 flood=1 swap=67108864 fs=xfs\n";

// A plan and the text it points into.
struct Parsed {
  explicit Parsed(std::string input) : text(std::move(input)), plan(std::make_unique<::plan>()) {
    ok = plan_parse(text.data(), text.size(), plan.get(), &error);
  }
  std::string text;
  std::unique_ptr<::plan> plan;
  plan_error error{};
  bool ok = false;
};

void expect_error(const std::string& text, unsigned line, const std::string& part) {
  const Parsed p(text);
  EXPECT_FALSE(p.ok) << text;
  EXPECT_EQ(p.error.line, line) << p.error.message;
  EXPECT_NE(std::string(p.error.message).find(part), std::string::npos) << p.error.message;
}

TEST(Plan, OfVersion2SaysWhatTheSeedMoves) {
  const std::string head = "vmlab-plan 2\nseed 5\nheartbeat_ms 0\ninteractive 0\n";
  const Parsed hunted(head + "perturb 2\ngo\n"), plain(kHead + "go\n");
  ASSERT_TRUE(hunted.ok) << hunted.error.message;
  EXPECT_EQ(hunted.plan->perturb, PERTURB_HUNT);
  ASSERT_TRUE(plain.ok) << plain.error.message;
  EXPECT_EQ(plain.plan->perturb, PERTURB_NONE);
  expect_error(head + "perturb 3\ngo\n", 5, "perturb");
  expect_error(head + "go\n", 5, "'perturb N' wanted");
}

TEST(Plan, ReadsEveryFieldOfATest) {
  const Parsed p(kHead + kTest +
                 "arg -t\narg a%20b\narg %\nenv NAME some%20value%3B\nenv EMPTY %\n"
                 "pool size=2097152 node=-1 pages=64\npool size=1073741824 node=1 pages=2\n"
                 "set /proc/sys/vm/overcommit_memory 1\nend\ngo\n");
  ASSERT_TRUE(p.ok) << p.error.line << ": " << p.error.message;
  EXPECT_EQ(p.plan->seed, 18446744073709551615ULL);
  EXPECT_EQ(p.plan->heartbeat_ms, 1000u);
  EXPECT_FALSE(p.plan->interactive);
  ASSERT_EQ(p.plan->test_count, 1u);
  const plan_test& test = p.plan->tests[0];
  EXPECT_EQ(test.index, 3u);
  EXPECT_STREQ(test.id, "mm/cow");
  EXPECT_STREQ(test.directory, "/vmlab/selftests/mm");
  EXPECT_EQ(test.limit_ms, 60000u);
  EXPECT_TRUE(test.flood);
  EXPECT_EQ(test.swap_bytes, 67108864u);
  EXPECT_EQ(test.fs, PLAN_FS_XFS);
  EXPECT_STREQ(test.arguments[0], "./cow");
  EXPECT_STREQ(test.arguments[1], "-t");
  EXPECT_STREQ(test.arguments[2], "a b");
  EXPECT_STREQ(test.arguments[3], "");
  EXPECT_EQ(test.arguments[4], nullptr);
  EXPECT_STREQ(test.environment[0], "NAME=some value;");
  EXPECT_STREQ(test.environment[1], "EMPTY=");
  EXPECT_EQ(test.environment[2], nullptr);
  ASSERT_EQ(test.pool_count, 2u);
  EXPECT_EQ(test.pools[0].node, -1);
  EXPECT_EQ(test.pools[1].page_bytes, 1073741824u);
  EXPECT_EQ(test.pools[1].pages, 2u);
  ASSERT_EQ(test.setting_count, 1u);
  EXPECT_STREQ(test.settings[0].path, "/proc/sys/vm/overcommit_memory");
  EXPECT_STREQ(test.settings[0].value, "1");
}

TEST(Plan, ATestRunsAsRootUnlessAUserIsNamed) {
  const Parsed root(kHead + kTest + "end\ngo\n"), nobody(kHead + kTest + "arg x\nuser 65534\nend\ngo\n");
  ASSERT_TRUE(root.ok && nobody.ok) << nobody.error.message;
  EXPECT_EQ(root.plan->tests[0].user, 0u);
  EXPECT_EQ(nobody.plan->tests[0].user, 65534u);
}

TEST(Plan, ListsOfTestsDoNotRunIntoEachOther) {
  const std::string second =
      "test index=4 id=mm/b dir=/ program=./b limit_ms=0 flood=0 swap=0 fs=none\narg y\nend\n";
  const Parsed p(kHead + kTest + "arg x\nend\n" + second + "go\n");
  ASSERT_TRUE(p.ok) << p.error.message;
  ASSERT_EQ(p.plan->test_count, 2u);
  EXPECT_EQ(p.plan->tests[0].arguments[2], nullptr);
  EXPECT_EQ(p.plan->tests[0].environment[0], nullptr);
  EXPECT_STREQ(p.plan->tests[1].arguments[0], "./b");
  EXPECT_STREQ(p.plan->tests[1].arguments[1], "y");
  EXPECT_EQ(p.plan->tests[1].environment[0], nullptr);
}

TEST(Plan, AnEmptyPlanIsAPlan) { EXPECT_TRUE(Parsed(kHead + "go\n").ok); }

TEST(Plan, ErrorsNameTheLine) {
  expect_error("", 1, "without a 'go'");
  expect_error("vmlab-plan 3\n", 1, "versions 1 and 2");
  expect_error("vmlab-plan 1\nheartbeat_ms 1\n", 2, "'seed N' wanted");
  expect_error("vmlab-plan 1\nseed 18446744073709551616\n", 2, "a number up to");
  expect_error(kHead, 5, "without a 'go'");
  expect_error(kHead + "go", 5, "cut off");
  expect_error(kHead + "go\nmore\n", 6, "after 'go'");
  expect_error(kHead + "tests\n", 5, "'test ...' or 'go' wanted");
  expect_error(kHead + kTest + "go\n", 6, "arg, env, pool, set, user or end");
  expect_error(kHead + kTest + "end\n" + kTest + "end\ngo\n", 7, "index 3 twice");
  expect_error(kHead + std::string("a\0b\n", 4), 5, "NUL");
}

TEST(Plan, ATestNeedsEachOfItsKeysOnce) {
  expect_error(kHead + "test index=1 id=a dir=/ program=b limit_ms=0 flood=0 swap=0\nend\n", 5, "'fs=' is missing");
  expect_error(kHead + "test index=1 index=2\n", 5, "'index' twice");
  expect_error(kHead + "test colour=1\n", 5, "unknown key 'colour'");
  expect_error(kHead + "test index\n", 5, "key=value wanted");
  expect_error(kHead + "test index=-1\n", 5, "index wants a number");
  expect_error(kHead + "test flood=2\n", 5, "flood wants a number up to 1");
  expect_error(kHead + "test fs=btrfs\n", 5, "none, ext4 or xfs");
  expect_error(kHead + "test dir=relative\n", 5, "absolute");
  expect_error(kHead + "test program=%\n", 5, "program is empty");
  expect_error(kHead + "test id=%zz\n", 5, "percent-encoded");
}

TEST(Plan, NeedsAreChecked) {
  expect_error(kHead + kTest + "pool size=2097152 pages=1\nend\n", 6, "'node=' is missing");
  expect_error(kHead + kTest + "pool size=3000 node=0 pages=1\nend\n", 6, "power of two");
  expect_error(kHead + kTest + "pool size=2097152 node=-2 pages=1\nend\n", 6, "node wants");
  expect_error(kHead + kTest + "env =x y\nend\n", 6, "variable's name");
  expect_error(kHead + kTest + "env A\nend\n", 6, "a name and a value");
  expect_error(kHead + kTest + "env A b\narg c\nend\n", 7, "arg after env");
  expect_error(kHead + kTest + "set /etc/passwd 1\nend\n", 6, "below /proc/sys/");
  expect_error(kHead + kTest + "set /sys/../etc/x 1\nend\n", 6, "below /proc/sys/");
}

TEST(Plan, MoreTestsThanTheTableHoldsAreRefused) {
  std::string text = kHead;
  for (int i = 0; i <= PLAN_MAX_TESTS; ++i)
    text += "test index=" + std::to_string(i) + " id=a dir=/ program=b limit_ms=0 flood=0 swap=0 fs=none\nend\n";
  expect_error(text + "go\n", 4 + 2 * PLAN_MAX_TESTS + 1, "more than 1024 tests");
}

}  // namespace
