// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "lab/lab.h"

namespace lab {
namespace {

using testing::ElementsAre;

scenario::JobRequest measures_mincore(model::Clock clock) {
  scenario::JobRequest job;
  job.clock = clock;
  job.tests.push_back({.id = "bench/mincore", .collection = std::string(model::kBenchmarks)});
  job.tests.back().arguments = {"mincore"};
  return job;
}

TEST(PreparedTests, BenchmarksMeasureForLongerByAClockThatOthersDisturb) {
  const PreparedTests wall = prepare_tests(measures_mincore(model::Clock::wall), {});
  ASSERT_EQ(wall.runnable.size(), 1u);
  EXPECT_THAT(wall.runnable.front().arguments, ElementsAre("--for", "2", "mincore"));
  const PreparedTests exact = prepare_tests(measures_mincore(model::Clock::instructions), {});
  EXPECT_THAT(exact.runnable.front().arguments, ElementsAre("mincore"));
}

TEST(PreparedTests, ATestWithoutAProgramIsAbsentAndNotForgotten) {
  scenario::JobRequest job;
  job.tests.push_back({.id = "mm/cow", .collection = "mm", .program = "cow"});
  const PreparedTests prepared = prepare_tests(job, {});
  EXPECT_TRUE(prepared.runnable.empty());
  ASSERT_EQ(prepared.absent.size(), 1u);
  EXPECT_EQ(prepared.absent.front().first, "mm/cow");
}

}  // namespace
}  // namespace lab
