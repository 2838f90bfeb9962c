// SPDX-License-Identifier: Apache-2.0
#include "lab/job_plan.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

model::TestSpec test_named(std::string program) {
  model::TestSpec test;
  test.id = "mm/" + program;
  test.program = std::move(program);
  return test;
}

TEST(JobPlan, ATestStandsInItsOwnFolderOrInTheScratchFileSystem) {
  model::TestSpec in_scratch = test_named("memory-failure");
  in_scratch.in_scratch = true;
  const auto planned = plan_tests({test_named("cow"), in_scratch});
  ASSERT_EQ(planned.size(), 2u);
  EXPECT_EQ(planned[0].planned.directory, "/vmlab/selftests/mm");
  EXPECT_EQ(planned[0].planned.program, "./cow");
  EXPECT_EQ(planned[1].planned.directory, "/vmlab/scratch");
  EXPECT_EQ(planned[1].planned.program, "/vmlab/selftests/mm/memory-failure");
}

TEST(JobPlan, GiganticPoolsAreReservedAtBootAsLargeAsTheLargestAskedFor) {
  model::TestSpec one = test_named("a"), two = test_named("b");
  one.needs.hugepages = {{std::uint64_t{1} << 30, -1, 1}, {2 << 20, -1, 8}};
  two.needs.hugepages = {{std::uint64_t{1} << 30, 0, 1}, {std::uint64_t{1} << 30, 1, 1}};
  EXPECT_EQ(boot_arguments({one, two}), (std::vector<std::string>{"hugepagesz=1G", "hugepages=2"}));
  EXPECT_TRUE(boot_arguments({test_named("c")}).empty());
}

}  // namespace
}  // namespace lab
