// SPDX-License-Identifier: Apache-2.0
// What a handful of numbers looks like, without any assumption about how they are distributed.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace stats {

struct Summary {
  std::size_t n = 0;
  double mean = 0;
  double sd = 0;  // of the sample, n - 1 in the denominator; 0 for fewer than two values
  double median = 0;
  double mad = 0;  // median absolute deviation times 1.4826: the sd, if the noise were normal
  double min = 0;
  double max = 0;
};

// All zero for no values. The values must be finite.
Summary summarize(std::span<const double> values);

std::vector<double> sorted(std::span<const double> values);
// Of sorted values; the mean of the two middle ones when their number is even. 0 for none.
double median_of_sorted(std::span<const double> values);
double median(std::span<const double> values);

struct Ranks {
  std::vector<double> ranks;      // 1-based, ties share the mean of their ranks; in the order given
  std::vector<std::size_t> ties;  // sizes of the groups of two and more equal values
};
Ranks rank(std::span<const double> values);

}  // namespace stats
