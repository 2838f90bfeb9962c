// SPDX-License-Identifier: Apache-2.0
// What the order of measurement gives away: values that hang together, drift, warm-up. Samples that
// hang together carry less than their number says.
#pragma once
#include <cstddef>
#include <initializer_list>
#include <span>

namespace stats {

// Lag-1 autocorrelation of the ranks within each part, pooled over the parts and corrected for the
// bias of short series (Marriott and Pope 1954: the plain estimate is low by about (1 + 4r) / n). In
// [-1, 0.98]; 0 when there is nothing to see: under four values a part, or no spread.
double autocorrelation(std::initializer_list<std::span<const double>> parts);

// How much larger the variance of a mean of n values is when lag-1 autocorrelation is r, taken as a
// first-order process: 1 + 2 sum (1 - k/n) r^k. At least 1.
double variance_inflation(double r, std::size_t n);

struct Trend {
  double p = 1;      // Spearman's rank correlation with the order, two-sided, Student approximation
  double drift = 0;  // from the first value to the last, in the values' unit; robust, rough
};
// No trend in fewer than six values.
Trend trend(std::span<const double> values);

// How many of the first values stand apart from all the others on one side, by more than the others'
// whole range: at most a quarter of them. 0 in fewer than six values.
std::size_t warm_up(std::span<const double> values);

// Six values or more, never falling and not all equal, or never rising: a list that somebody sorted,
// or pure drift.
bool monotone(std::span<const double> values);

}  // namespace stats
