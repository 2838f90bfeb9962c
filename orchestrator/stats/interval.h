// SPDX-License-Identifier: Apache-2.0
// Intervals from order statistics, and a bootstrap. Sources: David and Nagaraja, Order Statistics, 7.1 (median);
// Hodges and Lehmann 1963, Lehmann 1975 (pairwise differences, the interval that belongs to the rank
// test); Efron and Tibshirani 1993, chapter 13 (percentile bootstrap).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace stats {

struct Interval {
  double low = 0;
  double high = 0;
  double confidence = 0;  // what it reaches at least, or aims at where its source is approximate
  bool contains(double value) const { return low <= value && value <= high; }
};

// Of the median: the narrowest symmetric pair of order statistics that covers it with at least this
// confidence, whatever the distribution. nullopt: too few values (8 for 99%).
std::optional<Interval> median_interval(std::span<const double> values, double confidence);

// How far b is shifted against a: pairwise differences b_j - a_i, as many left out at each end as
// the rank test allows. Exact when b is distributed as a is, but for a shift. It leaves out 0 exactly
// when rank_test's p is below `level`, ties apart. nullopt: too few values for that level.
std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b, double level);

// The k-th smallest (from 1) of the a.size() * b.size() differences b_j - a_i of sorted values.
double kth_difference(std::span<const double> a, std::span<const double> b, std::size_t k);

// Percentile bootstrap of median(b) - median(a). The same values and seed give the same interval.
// Both sides need a value.
Interval bootstrap_median_difference(std::span<const double> a, std::span<const double> b,
                                     double confidence, std::uint64_t seed = 1,
                                     std::size_t rounds = 4000);

}  // namespace stats
