// SPDX-License-Identifier: Apache-2.0
#include "runner/samples.h"

#include <gtest/gtest.h>

namespace runner {
namespace {

const ResultFrame kFrame{.job = "x86_64-1", .machine = "x86_64", .clock = model::Clock::instructions, .seed = 7, .boot = 2};

TEST(SamplesOf, AreTheValuesOfEachMetricInTheirOrder) {
  ktap::Report report;
  report.measured.push_back({"fault/anon", "ns", true, {120.5, 119}});
  const auto samples = samples_of(report, "bench/fault-anon", {}, kFrame);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].metric, "fault/anon");
  EXPECT_EQ(samples[0].job, "x86_64-1");
  EXPECT_EQ(samples[0].boot, 2);
  EXPECT_EQ(samples[0].seed, 7u);
  EXPECT_EQ(samples[0].value, 120.5);
  EXPECT_EQ(samples[1].order, 1);
}

TEST(SamplesOf, CountTheEventsOfVmstatButNoStates) {
  const auto samples = samples_of({}, "bench/fault-anon",
                                  {"nr_free_pages 90\npgfault 10\npswpin 0\nnonsense\n", "nr_free_pages 99\npgfault 17\npswpin 0\n"},
                                  kFrame);
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].metric, "fault-anon: vmstat pgfault");
  EXPECT_EQ(samples[0].unit, "events");
  EXPECT_EQ(samples[0].value, 7);
}

}  // namespace
}  // namespace runner
