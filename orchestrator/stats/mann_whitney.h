// SPDX-License-Identifier: Apache-2.0
// The Wilcoxon-Mann-Whitney test: is one side larger than the other? It assumes only that, if
// nothing changed, any order of all the values is as likely as any other. Two-sided throughout.
// Source: Lehmann, Nonparametrics: Statistical Methods Based on Ranks, chapter 1; exact null
// distributions by counting subsets, ties included.
#pragma once
#include <cstddef>
#include <span>

namespace stats {

struct RankTest {
  double p = 1;           // two-sided
  double advantage = 0.5; // how often a value of `b` exceeds one of `a`, ties counted half
  bool exact = true;      // counted; false: normal approximation, tie- and continuity-corrected
};

// p is 1 when a side is empty. NaN is not allowed.
RankTest rank_test(std::span<const double> a, std::span<const double> b);

// The least p that any two samples of these sizes can give: 2 / C(n_a + n_b, n_a). 1 when a side is
// empty.
double smallest_rank_p(std::size_t n_a, std::size_t n_b);

// How many order statistics of the n_a * n_b pairwise differences an interval of this confidence may
// leave out at each end, no ties assumed: the interval is [D(k), D(n_a n_b + 1 - k)] in sorted
// differences, counted from 1. 0: the samples are too small for that confidence.
std::size_t pairwise_margin(std::size_t n_a, std::size_t n_b, double level);

}  // namespace stats
