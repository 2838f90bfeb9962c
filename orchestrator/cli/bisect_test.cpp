// SPDX-License-Identifier: Apache-2.0
// `vmlab bisect ... -- CMD` on real repositories and configurations, and what it says to wrong input.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/program.h"
#include "base/text.h"
#include "cli/bisect_config.h"
#include "kernel/command_runner.h"

namespace cli {
namespace {

namespace fs = base::fs;
using testing::HasSubstr;

struct Ended {
  int code;
  std::string text;
};

struct BisectCommand : testing::Test {
  base::TemporaryDirectory folder = base::value_or_throw(base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-bisect-test"));
  fs::path repo = folder.path() / "repo";

  // Twenty commits; from the 13th on there is a file `broken`.
  void SetUp() override {
    if (!base::find_program("git")) GTEST_SKIP() << "there is no git";
    EXPECT_EQ(shell("git init -q repo && cd repo && for i in $(seq 20); do [ $i = 13 ] || echo $i > number; [ $i -lt 13 ] || touch broken; "
                    "git add -A; git -c user.name=a -c user.email=a@b commit -qm \"change $i\"; done; git tag start HEAD~19").code, 0);
  }
  Ended shell(const std::string& line) {
    kernel::HostCommandRunner runner;
    std::string text;
    const auto outcome = runner.run({.program = "/bin/sh", .arguments = {"-c", line}, .directory = folder.path()},
                                    [&](std::string_view one) { text.append(one).append("\n"); });
    return {outcome ? outcome->exit_code : -1, text};
  }
  Ended bisect(const std::string& rest) {
    return shell(fmt::format("{} bisect --results {}/results {}", VMLAB_PROGRAM_PATH, folder.path().string(), rest));
  }
  std::string head() { return shell("cd repo && git symbolic-ref --short HEAD && git status --porcelain").text; }
};

TEST_F(BisectCommand, StandsInForGitBisectRun) {
  const std::string before = head();
  const Ended end = bisect("--repo repo --good start --bad HEAD -- sh -c '! test -e broken'");
  EXPECT_EQ(end.code, 0) << end.text;
  EXPECT_THAT(end.text, HasSubstr("(\"change 13\")"));
  EXPECT_THAT(end.text, HasSubstr("taken back on top of the bad end: passes"));
  EXPECT_EQ(head(), before) << "what was checked out comes back";
}

TEST_F(BisectCommand, SkipsWhatTheCommandCannotTell) {
  const Ended end = bisect("--repo repo --good start --bad HEAD --deterministic -- sh -c 'n=$(cat number); [ $n -lt 12 -o $n -gt 14 ] || exit 125; [ $n -lt 13 ]'");
  EXPECT_EQ(end.code, 1) << end.text;
  EXPECT_THAT(end.text, HasSubstr("one of these 4"));
}

TEST_F(BisectCommand, NeverTakesACommandThatDidNotRunForAnAnswer) {
  EXPECT_EQ(bisect("--repo repo --good start --bad HEAD -- sh -c 'exit 127'").code, 3);
  EXPECT_EQ(bisect("--repo repo --good start --bad HEAD -- sh -c 'kill -9 $$'").code, 3);
  EXPECT_EQ(bisect("--repo repo --good start --bad HEAD -- /no/such/program").code, 3);
}

TEST_F(BisectCommand, SaysThatNothingFails) {
  const Ended end = bisect("--repo repo --good start --bad HEAD -- true");
  EXPECT_EQ(end.code, 1);
  EXPECT_THAT(end.text, HasSubstr("no commit failed"));
  EXPECT_LT(end.text.size(), 2000u);
}

TEST_F(BisectCommand, KilledAndStartedAgainRepeatsNothing) {
  // The third answer never comes: the first time the command takes its parent with it.
  ASSERT_TRUE(base::write_file_atomic(folder.path() / "oracle", "echo run >> ../count\nif [ $(wc -l < ../count) = 3 ]; then kill -9 $(cat ../vmlab-pid); fi\n! test -e broken\n"));
  const std::string command = "--repo repo --good start --bad HEAD --deterministic -- sh ../oracle";
  shell(fmt::format("sh -c 'echo $$ > vmlab-pid; exec {} bisect --results results {}'", VMLAB_PROGRAM_PATH, command));
  const Ended end = bisect(command);
  EXPECT_EQ(end.code, 0) << end.text;
  EXPECT_THAT(end.text, HasSubstr("(\"change 13\")"));
  EXPECT_THAT(end.text, HasSubstr("goes on with 2 answers"));
  EXPECT_THAT(head(), testing::StartsWith("ma")) << "the branch from before the kill is checked out again";
}

TEST_F(BisectCommand, WritesALogThatGitReplays) {
  bisect("--repo repo --good start --bad HEAD --write-log log -- sh -c '! test -e broken'");
  EXPECT_THAT(shell("cd repo && git bisect replay ../log; git bisect reset").text, HasSubstr("is the first bad commit"));
  const Ended again = bisect("--fresh --repo repo --good start --bad HEAD --deterministic --log log -- false");
  EXPECT_THAT(again.text, HasSubstr("(\"change 13\")")) << "the log has told everything";
}

TEST_F(BisectCommand, LeavesATreeWithChangesAlone) {
  shell("echo mine > repo/number");
  const Ended end = bisect("--repo repo --good start --bad HEAD -- true");
  EXPECT_EQ(end.code, 2);
  EXPECT_THAT(end.text, HasSubstr("not committed"));
  EXPECT_EQ(bisect("--worktree --repo repo --good start --bad HEAD --deterministic -- sh -c '! test -e broken'").code, 0);
}

TEST_F(BisectCommand, TestsWhereGoodAndBadPartFirst) {
  // Repaired on a side branch: `fixed` is good, the commit where they part is as bad as the bad one.
  shell("cd repo && git checkout -q -b fixed HEAD~2 && git rm -q broken && git -c user.name=a -c user.email=a@b commit -qm repair && git checkout -q -");
  const Ended end = bisect("--repo repo --good fixed --bad HEAD --deterministic -- sh -c '! test -e broken'");
  EXPECT_EQ(end.code, 1) << end.text;
  EXPECT_THAT(end.text, HasSubstr("they part at"));
  EXPECT_THAT(end.text, HasSubstr("the good end fails too"));
}

TEST_F(BisectCommand, FindsTheOptionOfAConfiguration) {
  shell("printf 'CONFIG_A=y\\nCONFIG_B=y\\n# CONFIG_C is not set\\n' > good; printf 'CONFIG_A=m\\n# CONFIG_B is not set\\nCONFIG_C=y\\n' > bad");
  const Ended end = bisect("--good-config good --bad-config bad -- sh -c 'grep -q CONFIG_B=y $VMLAB_CONFIG'");
  EXPECT_EQ(end.code, 0) << end.text;
  EXPECT_THAT(end.text, HasSubstr("first bad: # CONFIG_B is not set"));
}

TEST_F(BisectCommand, HasAnAnswerToEveryWrongQuestion) {
  for (const char* wrong : {"", "smoke", "--repo repo --good start --bad HEAD", "--repo repo --good nope --bad HEAD -- true",
                            "--repo repo --good HEAD --bad start -- true", "--repo nowhere --good a --bad b -- true",
                            "--good-config number -- true", "smoke --patches nowhere", "--patches repo -- true",
                            "smoke --repo repo --good start --bad HEAD -- true", "--repo repo --good start --bad HEAD --confidence 2 -- true"}) {
    const Ended end = bisect(wrong);
    EXPECT_EQ(end.code, 2) << wrong << ": " << end.text;
    EXPECT_THAT(end.text, testing::StartsWith("vmlab: ")) << wrong;
  }
}

TEST(BisectConfig, DifferencesComeInTheBadFilesOrderAndLeaveTheToolchainOut) {
  const auto good = parse_config("CONFIG_GONE=y\nCONFIG_CC_VERSION_TEXT=\"a\"\nCONFIG_A=y\nCONFIG_N=5\n", "good");
  const auto bad = parse_config("CONFIG_CC_VERSION_TEXT=\"b\"\nCONFIG_N=6\n# CONFIG_A is not set\n# CONFIG_NEW is not set\n", "bad");
  const auto differences = config_differences(good, bad);
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].bad, "CONFIG_N=6");
  EXPECT_EQ(differences[1].bad, "# CONFIG_A is not set");
  EXPECT_EQ(differences[2].name, "CONFIG_GONE");
  EXPECT_THAT(config_text(good, {differences[1]}), HasSubstr("# CONFIG_A is not set\n"));
}

}  // namespace
}  // namespace cli
