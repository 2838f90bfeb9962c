// SPDX-License-Identifier: Apache-2.0
#include "stats/summary.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stats {

std::vector<double> sorted(std::span<const double> values) {
  std::vector<double> out(values.begin(), values.end());
  std::ranges::sort(out);
  return out;
}

double median_of_sorted(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n == 0) return 0;
  // The midpoint of two huge values must not overflow.
  return n % 2 == 1 ? values[n / 2] : std::midpoint(values[n / 2 - 1], values[n / 2]);
}

double median(std::span<const double> values) { return median_of_sorted(sorted(values)); }

Summary summarize(std::span<const double> values) {
  Summary out;
  out.n = values.size();
  if (values.empty()) return out;
  const std::vector<double> ordered = sorted(values);
  out.min = ordered.front();
  out.max = ordered.back();
  out.median = median_of_sorted(ordered);
  // Around the median, and in units of the spread, so that neither sum nor squares leave the range
  // or lose the digits in which the values differ.
  const double scale = std::max(ordered.back() - out.median, out.median - ordered.front());
  if (scale == 0 || !std::isfinite(scale)) {
    out.mean = out.median;
    return out;
  }
  double sum = 0, squares = 0;
  std::vector<double> distances;
  for (const double v : values) {
    const double d = (v - out.median) / scale;
    sum += d;
    squares += d * d;
    distances.push_back(std::abs(d));
  }
  const double n = static_cast<double>(out.n);
  out.mean = out.median + scale * (sum / n);
  if (out.n > 1) out.sd = scale * std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1)));
  out.mad = 1.4826 * scale * median(distances);
  return out;
}

Ranks rank(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  Ranks out{.ranks = std::vector<double>(values.size()), .ties = {}};
  for (std::size_t i = 0; i < order.size();) {
    std::size_t end = i + 1;
    while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
    // Ranks i+1 .. end share their mean.
    const double shared = (static_cast<double>(i + 1) + static_cast<double>(end)) / 2;
    for (std::size_t k = i; k < end; ++k) out.ranks[order[k]] = shared;
    if (end - i > 1) out.ties.push_back(end - i);
    i = end;
  }
  return out;
}

}  // namespace stats
