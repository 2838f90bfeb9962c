// SPDX-License-Identifier: Apache-2.0
// Samples taken one after the other hang together, and two such series differ more than their spread
// says. This is the doubt that a comparison of consecutive samples must survive besides the rank test.
#pragma once
#include <cstddef>
#include <optional>
#include <span>

#include "stats/interval.h"

namespace stats {

struct Dependence {
  double assumed = 0;    // lag-1 autocorrelation that the comparison must survive
  double estimated = 0;  // see autocorrelation()
  double inflation = 1;  // of the variance of a side's mean
};

// Short series cannot show that they are independent: up to 8 values a side at least 0.5 is assumed,
// falling to 0 at 28; else the estimate plus its standard error, one and a half of them from 16 values on.
// Chosen by simulation, see README.md.
Dependence dependence(std::span<const double> a, std::span<const double> b);

// The rank test's p weakened by that dependence: by its z, or by a t of the means if that is
// stronger. Never below `rank_p`.
double dependent_p(std::span<const double> a, std::span<const double> b, double rank_p,
                   const Dependence& dependence);

// The two halves of dependent_p as intervals. The level that a rank test must reach so that its p,
// weakened, is still at `level`: shift_interval() at that level belongs to the z.
double weakened_level(double level, const Dependence& dependence);
// Of mean(b) - mean(a): what the t leaves possible at `level`. nullopt: no spread, or under two values
// a side.
std::optional<Interval> dependent_mean_interval(std::span<const double> a, std::span<const double> b,
                                                double level, const Dependence& dependence);

}  // namespace stats
