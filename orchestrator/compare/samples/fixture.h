// SPDX-License-Identifier: Apache-2.0
// Metrics for tests: what they look like in a file, and one judged alone.
#pragma once
#include "compare/samples/comparison.h"
#include "stats/random.h"

namespace compare::fixture {

inline Metric wall(Side before, Side after, bool lower_is_better = true) {
  return {.name = "m",
          .lower_is_better = lower_is_better,
          .before = std::move(before),
          .after = std::move(after)};
}

inline Metric exact(Side before, Side after, std::optional<double> band = {}) {
  Metric out = wall(std::move(before), std::move(after));
  out.clock = model::Clock::instructions;
  out.band = band;
  return out;
}

inline MetricVerdict judge(const Metric& metric, const SampleOptions& options = {}) {
  return compare_samples({.metrics = {metric}}, options).metrics.at(0);
}

inline SampleOptions independent() {
  SampleOptions out;
  out.sampling = Sampling::independent;
  return out;
}

// n values of normal noise around `middle`.
inline Values noise(stats::Random& random, double middle, double sd, int n) {
  Values out;
  for (int i = 0; i < n; ++i) out.push_back(middle + sd * random.normal());
  return out;
}

inline constexpr auto kImproved = SampleVerdict::improved;
inline constexpr auto kRegressed = SampleVerdict::regressed;
inline constexpr auto kUnchanged = SampleVerdict::unchanged;
inline constexpr auto kInconclusive = SampleVerdict::inconclusive;

}  // namespace compare::fixture
