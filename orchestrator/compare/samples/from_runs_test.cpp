// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/from_runs.h"

#include <gtest/gtest.h>

#include "compare/samples/comparison.h"

namespace compare {
namespace {

struct Boot {
  std::uint64_t seed;
  std::vector<double> rounds;
};

void add(model::Run& run, const std::string& machine, const std::string& kernel, const std::string& metric,
         const std::vector<Boot>& boots, const std::string& unit = "ns", model::Clock clock = model::Clock::instructions) {
  for (const Boot& boot : boots) {
    model::JobRecord job;
    job.job = machine + "-" + std::to_string(run.jobs.size() + 1);
    job.machine = machine;
    job.kernel.key = job.kernel.source = kernel;
    run.jobs.push_back(job);
    for (const double value : boot.rounds)
      run.samples.push_back({metric, job.job, 1, 0, clock, boot.seed, unit, true, value});
  }
}

TEST(PairRuns, PairsTheMediansOfBootsBySeed) {
  model::Run before, after;
  add(before, "x86_64", "a", "fork", {{1, {10, 30, 20}}, {2, {40}}, {3, {50}}});
  add(after, "x86_64", "b", "fork", {{2, {44}}, {1, {22}}});
  const PairedRuns runs = pair_runs(before, after, [](auto&, auto&) { return 0.02; });
  ASSERT_EQ(runs.file.metrics.size(), 1u);
  const Metric& metric = runs.file.metrics.front();
  EXPECT_EQ(metric.name, "fork");
  EXPECT_EQ(std::get<Values>(metric.before), (Values{20, 40}));
  EXPECT_EQ(std::get<Values>(metric.after), (Values{22, 44}));
  EXPECT_EQ(metric.band, 0.02);
  const SampleComparison comparison = compare_samples(runs.file, {});
  EXPECT_EQ(comparison.metrics.front().verdict, SampleVerdict::regressed);
}

TEST(PairRuns, NamesTheMachineWhereThereAreSeveral) {
  model::Run before, after;
  for (model::Run* run : {&before, &after}) {
    add(*run, "x86_64", "a", "fork", {{1, {1}}});
    add(*run, "arm64", "a", "fork", {{1, {2}}});
  }
  const PairedRuns runs = pair_runs(before, after);
  ASSERT_EQ(runs.file.metrics.size(), 2u);
  EXPECT_EQ(runs.file.metrics[1].name, "arm64 fork");
}

TEST(PairRuns, TellsWhatOneSideLacksAndWhichCountersMoved) {
  model::Run before, after;
  add(before, "x86_64", "a", "old", {{1, {1}}});
  add(before, "x86_64", "a", "fork: vmstat pgfault", {{1, {100}}}, "events");
  add(before, "x86_64", "a", "fork: vmstat pgalloc", {{1, {7}}}, "events");
  add(after, "x86_64", "b", "fork: vmstat pgfault", {{1, {101}}}, "events");
  add(after, "x86_64", "b", "fork: vmstat pgalloc", {{1, {7}}}, "events");
  const PairedRuns runs = pair_runs(before, after);
  EXPECT_TRUE(runs.file.metrics.empty());
  EXPECT_EQ(runs.unpaired, (std::vector<std::string>{"old: only before"}));
  ASSERT_EQ(runs.counters.size(), 1u);
  EXPECT_EQ(runs.counters.front().counter, "fork: vmstat pgfault");
  EXPECT_EQ(runs.counters.front().after, 101);
}

TEST(PairRuns, TakesTheBestRoundOfEachBootByTheWallClockInTheOrderOfTheBoots) {
  model::Run before, after;
  std::vector<Boot> boots;
  Values best;
  for (int i = 1; i <= 12; ++i) {  // job 10 comes after job 2
    boots.push_back({static_cast<std::uint64_t>(i), {100.0 + i, 90.0 + i, 130.0}});
    best.push_back(90.0 + i);
  }
  add(before, "x86_64", "a", "fork", boots, "ns", model::Clock::wall);
  add(after, "x86_64", "b", "fork", boots, "ns", model::Clock::wall);
  for (model::Sample& sample : after.samples) sample.lower_is_better = false;
  const PairedRuns runs = pair_runs(before, after);
  EXPECT_EQ(std::get<Values>(runs.file.metrics.front().before), best);
  for (model::Sample& sample : before.samples) sample.lower_is_better = false;
  EXPECT_EQ(std::get<Values>(pair_runs(before, after).file.metrics.front().before), Values(12, 130.0));
}

TEST(PairRuns, TakesWhatDidNotRepeatForNoise) {
  model::Run before, after;
  add(before, "x86_64", "a", "fork", {{1, {1}}});
  add(after, "x86_64", "b", "fork", {{1, {2}}});
  after.jobs.front().starts.differences = {"line 7"};
  EXPECT_EQ(pair_runs(before, after).file.metrics.front().clock, model::Clock::wall);
}

TEST(PlaceboBands, AreTwiceTheLargestMoveOfAnyBuildThatDiffersInNothing) {
  model::Run plain, placebos;
  add(plain, "x86_64", "a", "fork", {{1, {100}}, {2, {100}}});
  add(plain, "x86_64", "a", "gup", {{1, {100}}});
  add(placebos, "x86_64", "p1", "fork", {{1, {101}}, {2, {101}}});
  add(placebos, "x86_64", "p2", "fork", {{1, {98}}, {2, {98}}});
  const auto bands = placebo_bands(plain, "x86_64", placebos);
  ASSERT_EQ(bands.size(), 1u);  // nobody measured gup
  EXPECT_DOUBLE_EQ(bands.at("fork"), 0.06);
  EXPECT_TRUE(placebo_bands(plain, "arm64", placebos).empty());
}

}  // namespace
}  // namespace compare
