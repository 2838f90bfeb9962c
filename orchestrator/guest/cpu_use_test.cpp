// SPDX-License-Identifier: Apache-2.0
#include "guest/cpu_use.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace guest {
using namespace std::chrono_literals;

TEST(CpuUse, CountsWhatThisProcessComputes) {
  const auto before = process_cpu_use(::getpid());
  ASSERT_TRUE(before);
  volatile unsigned sink = 0;
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (process_cpu_use(::getpid())->used < before->used + 30ms && std::chrono::steady_clock::now() < deadline)
    for (int i = 0; i < 100'000; ++i) sink = sink + 1;
  const auto after = process_cpu_use(::getpid());
  EXPECT_GE(after->used, before->used + 30ms);
  EXPECT_GE(after->waiting, before->waiting);
}

TEST(CpuUse, KnowsARunningThreadFromASleepingOne) {
  EXPECT_TRUE(process_cpu_use(::getpid())->wants_processor) << "it runs, to ask";
  const pid_t child = ::fork();
  if (child == 0)
    while (true) ::pause();
  ASSERT_GT(child, 0);
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (process_cpu_use(child)->wants_processor && std::chrono::steady_clock::now() < deadline) ::usleep(1000);
  EXPECT_FALSE(process_cpu_use(child)->wants_processor);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(CpuUse, SeesThatAProcessIsStopped) {
  const pid_t child = ::fork();
  if (child == 0)
    while (true) ::pause();
  ASSERT_GT(child, 0);
  EXPECT_FALSE(process_cpu_use(child)->stopped);
  ::kill(child, SIGSTOP);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, WUNTRACED), child);
  EXPECT_TRUE(process_cpu_use(child)->stopped);
  ::kill(child, SIGKILL);
  ::waitpid(child, &status, 0);
}

TEST(CpuUse, SaysNothingOfAProcessThatIsNotThere) { EXPECT_FALSE(process_cpu_use(0x7fffffff)); }

}  // namespace guest
