// SPDX-License-Identifier: Apache-2.0
// The parts of compare_samples(): what is measured of each kind of metric, and the verdict on it.
// Only this folder includes it.
#pragma once
#include "compare/samples/metric.h"

namespace compare {

// What a noisy metric's samples say before anybody decides.
struct Evidence {
  double noise = 0;  // sd of one sample, relative to the median before; 0: none, or unknown
  double inflation =
      1;  // of the variance of a mean, for samples that hang together: as assumed here
  double later_inflation = 1;  // ... and as it would be assumed of many samples
  bool consecutive = true;
  std::int64_t missing = 0;  // samples per side without which no test can reach the level
  std::string blocked;       // why such samples say nothing, however many; empty: they do
  bool contradicts = false;  // the medians move one way, most of the values the other
  std::string test;          // "p 0.0004, n 12+12"
};

// Fill everything but the verdicts, p_adjusted and need.
Evidence measure_values(const Values& before, const Values& after, Sampling sampling,
                        const SampleOptions& options, MetricVerdict& out);
Evidence measure_means(const Side& before, const Side& after, const SampleOptions& options,
                       MetricVerdict& out);

// Sets the verdicts, `need` and `reason` of a noisy metric from its p, p_adjusted and interval.
void decide_noisy(const SampleOptions& options, const Evidence& evidence, MetricVerdict& out);

// Everything of an exact metric.
void judge_exact(const Metric& metric, const SampleOptions& options, MetricVerdict& out);

// What every change is relative to: |before|, or |after| when before is 0; 1 when both are.
double scale_of(double before, double after);
// 0 when nothing changed. Finite, whatever the values.
double relative_change(double before, double after);
// Not beyond what a printer can take.
double bounded(double value);
SampleVerdict towards(bool lower_is_better, double delta);

// "0.0312", "3e-07".
std::string probability(double p);

}  // namespace compare
