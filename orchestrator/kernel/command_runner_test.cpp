// SPDX-License-Identifier: Apache-2.0
#include "kernel/command_runner.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace kernel {
namespace {

Command shell(std::string script) {
  return {.program = "sh", .arguments = {"-c", std::move(script)}};
}

TEST(HostCommandRunner, GivesLinesOutputInputAndExitCode) {
  HostCommandRunner runner;
  std::vector<std::string> lines;
  Command command = shell("cat; echo error >&2; exit 3");
  command.input = "in\0put";
  command.capture = true;
  const auto outcome =
      runner.run(command, [&](std::string_view line) { lines.emplace_back(line); });
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->exit_code, 3);
  EXPECT_EQ(outcome->output, "in");
  EXPECT_EQ(lines, std::vector<std::string>{"error"});
}

TEST(HostCommandRunner, PassesAndHidesVariablesAndDescriptors) {
  setenv("VMLAB_TEST_HIDDEN", "1", 1);
  HostCommandRunner runner;
  Command command =
      shell("echo ${VMLAB_TEST_HIDDEN-gone} $VMLAB_TEST_SET; ls /proc/self/fd | wc -l; pwd");
  command.environment = {{"VMLAB_TEST_SET", "a b"}};
  command.unset = {"VMLAB_TEST_HIDDEN"};
  command.directory = "/";
  command.capture = true;
  const int leaked = dup(0);
  const auto outcome = runner.run(command);
  close(leaked);
  EXPECT_EQ(outcome->output, "gone a b\n4\n/\n");  // ls itself opens the fourth
}

TEST(HostCommandRunner, TellsSignalsFromExitCodes) {
  HostCommandRunner runner;
  EXPECT_EQ(runner.run(shell("kill -9 $$"))->signal, SIGKILL);
  EXPECT_EQ(runner.run(shell("exit 9"))->exit_code, 9);
  EXPECT_FALSE(runner.run({.program = "vmlab-no-such-program"}).has_value());
  EXPECT_EQ(run_or_fail(runner, shell("echo why; exit 1")).error().message,
            "sh failed (exit code 1): why");
}

TEST(HostCommandRunner, CancelEndsAWholeGroupEvenOneThatIgnoresSigterm) {
  HostCommandRunner runner;
  const auto start = std::chrono::steady_clock::now();
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    runner.cancel();
  });
  const auto outcome = runner.run(shell("trap '' TERM; sleep 60 & sleep 60; sleep 60"));
  canceller.join();
  EXPECT_FALSE(outcome.has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_FALSE(runner.run(shell("true")).has_value());
}

}  // namespace
}  // namespace kernel
