// SPDX-License-Identifier: Apache-2.0
#include "async/launch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace async {
namespace {

struct Ends {
  base::UniqueFd read, write;
};

Ends make_pipe() {
  int fds[2];
  EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
  return {base::UniqueFd(fds[0]), base::UniqueFd(fds[1])};
}

std::string output_of(Launch what) {
  Ends ends = make_pipe();
  const base::UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  what.in = null.get(), what.out = ends.write.get(), what.err = ends.write.get();
  const auto pid = launch(what);
  if (!pid) return pid.error().message;
  ends.write.reset();
  std::string text;
  char buffer[256];
  for (ssize_t n; (n = ::read(ends.read.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  ::waitpid(*pid, nullptr, 0);
  return text;
}

Launch shell(std::string script) { return {.program = "sh", .arguments = {"-c", std::move(script)}}; }

}  // namespace

TEST(Launch, SetsAndHidesVariables) {
  setenv("VMLAB_TEST_HIDDEN", "1", 1);
  setenv("VMLAB_TEST_REPLACED", "1", 1);
  Launch what = shell("echo ${VMLAB_TEST_HIDDEN-gone} $VMLAB_TEST_REPLACED; pwd");
  what.environment = {{"VMLAB_TEST_REPLACED", "a b"}};
  what.unset = {"VMLAB_TEST_HIDDEN"};
  what.directory = "/";
  EXPECT_EQ(output_of(what), "gone a b\n/\n");
}

TEST(Launch, GivesTheChildAGroupOfItsOwn) {
  EXPECT_EQ(output_of(shell("[ $(ps -o pgid= -p $$ 2>/dev/null || cut -d' ' -f5 /proc/$$/stat) -eq $$ ] && echo own")),
            "own\n");
}

TEST(Launch, SaysWhyAProgramCannotBeExecutedAndLeavesNoChild) {
  EXPECT_NE(output_of({.program = "/etc/passwd"}).find("Permission denied"), std::string::npos);
  EXPECT_NE(output_of({.program = "no-such-program-here"}).find("no-such-program-here"), std::string::npos);
  Launch nowhere = shell("true");
  nowhere.directory = "/no/such/folder";
  EXPECT_NE(output_of(nowhere).find("No such file"), std::string::npos);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a child was left";
}

// A vmlab whose own standard input is closed gets 0 for the next file it opens.
TEST(Launch, WorksWhenOurOwnStandardDescriptorsAreClosed) {
  const base::UniqueFd kept(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 60));
  ::close(STDIN_FILENO);
  EXPECT_EQ(output_of(shell("cat && echo read")), "read\n");
  ::dup2(kept.get(), STDIN_FILENO);
}

}  // namespace async
