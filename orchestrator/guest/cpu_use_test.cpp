// SPDX-License-Identifier: Apache-2.0
#include "guest/cpu_use.h"

#include <gtest/gtest.h>
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

TEST(CpuUse, SaysNothingOfAProcessThatIsNotThere) { EXPECT_FALSE(process_cpu_use(0x7fffffff)); }

}  // namespace guest
