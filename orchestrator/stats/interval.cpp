// SPDX-License-Identifier: Apache-2.0
#include "stats/interval.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <numeric>
#include <vector>

#include "stats/random.h"
#include "stats/mann_whitney.h"
#include "stats/summary.h"

namespace stats {
namespace {

constexpr std::size_t kEnumerate = std::size_t{1} << 16;

std::size_t pairs_not_above(std::span<const double> a, std::span<const double> b, double d) {
  std::size_t count = 0, below = 0;  // values of a with b_j - a_i > d
  for (const double y : b) {
    while (below < a.size() && y - a[below] > d) ++below;
    count += a.size() - below;
  }
  return count;
}

double resampled_median(std::span<const double> values, Random& random, std::vector<double>& room) {
  room.clear();
  for (std::size_t i = 0; i < values.size(); ++i) room.push_back(values[random.below(values.size())]);
  const auto middle = room.begin() + static_cast<std::ptrdiff_t>(room.size() / 2);
  std::ranges::nth_element(room, middle);
  if (room.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(room.begin(), middle), *middle);
}

}  // namespace

std::optional<Interval> median_interval(std::span<const double> values, double confidence) {
  if (values.empty()) return std::nullopt;
  const double n = static_cast<double>(values.size());
  const boost::math::binomial flips(n, 0.5);
  const double allowed = (1 - confidence) / 2;
  // The largest k with P(fewer than k values below the median) <= allowed.
  std::size_t low = 0, high = values.size() / 2 + 1;
  while (high - low > 1) {
    const std::size_t k = (low + high) / 2;
    (boost::math::cdf(flips, static_cast<double>(k - 1)) <= allowed ? low : high) = k;
  }
  if (low == 0) return std::nullopt;
  const std::vector<double> ordered = sorted(values);
  return Interval{.low = ordered[low - 1],
                  .high = ordered[ordered.size() - low],
                  .confidence = 1 - 2 * boost::math::cdf(flips, static_cast<double>(low - 1))};
}

double kth_difference(std::span<const double> a, std::span<const double> b, std::size_t k) {
  if (a.size() * b.size() <= kEnumerate) {
    std::vector<double> all;
    all.reserve(a.size() * b.size());
    for (const double y : b)
      for (const double x : a) all.push_back(y - x);
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::ranges::nth_element(all, at);
    return *at;
  }
  // Bisection on the value: the smallest d with at least k differences at or below it.
  double low = b.front() - a.back(), high = b.back() - a.front();
  if (pairs_not_above(a, b, low) >= k) return low;
  while (true) {
    const double middle = std::midpoint(low, high);
    if (middle <= low || middle >= high) return high;
    (pairs_not_above(a, b, middle) >= k ? high : low) = middle;
  }
}

std::optional<Interval> shift_interval(std::span<const double> a, std::span<const double> b, double level) {
  const std::size_t margin = pairwise_margin(a.size(), b.size(), level);
  if (margin == 0) return std::nullopt;
  const std::vector<double> x = sorted(a), y = sorted(b);
  return Interval{.low = kth_difference(x, y, margin),
                  .high = kth_difference(x, y, x.size() * y.size() + 1 - margin),
                  .confidence = 1 - level};
}

Interval bootstrap_median_difference(std::span<const double> a, std::span<const double> b,
                                     double confidence, std::uint64_t seed, std::size_t rounds) {
  Random random(seed);
  std::vector<double> found, room;
  found.reserve(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    const double before = resampled_median(a, random, room);
    found.push_back(resampled_median(b, random, room) - before);
  }
  std::ranges::sort(found);
  const double tail = (1 - confidence) / 2 * static_cast<double>(rounds);
  const std::size_t cut = std::min(static_cast<std::size_t>(tail), (rounds - 1) / 2);
  return {.low = found[cut], .high = found[rounds - 1 - cut], .confidence = confidence};
}

}  // namespace stats
