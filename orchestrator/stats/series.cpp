// SPDX-License-Identifier: Apache-2.0
#include "stats/series.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "stats/summary.h"

namespace stats {

double autocorrelation(std::initializer_list<std::span<const double>> parts) {
  double products = 0, squares = 0, n = 0, count = 0;
  for (const auto& part : parts) {
    if (part.size() < 4) continue;
    const std::vector<double> ranks = rank(part).ranks;
    const double centre = (static_cast<double>(ranks.size()) + 1) / 2;
    const double scale = 1 / (centre * centre);  // so that no part outweighs by its size cubed
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      squares += scale * (ranks[i] - centre) * (ranks[i] - centre);
      if (i > 0) products += scale * (ranks[i - 1] - centre) * (ranks[i] - centre);
    }
    n += static_cast<double>(part.size());
    ++count;
  }
  if (squares <= 0) return 0;
  const double mean_n = n / count;
  const double raw = products / squares;
  const double corrected = (raw + 1 / mean_n) / (1 - std::min(4 / mean_n, 0.6));
  return std::clamp(corrected, -1.0, 0.98);
}

double variance_inflation(double r, std::size_t n) {
  if (r <= 0 || n < 2) return 1;
  const double size = static_cast<double>(n);
  // Closed form of the sum.
  return (1 + r) / (1 - r) - 2 * r * (1 - std::pow(r, size)) / (size * (1 - r) * (1 - r));
}

Trend trend(std::span<const double> values) {
  Trend out;
  const std::size_t n = values.size();
  if (n < 6) return out;
  const std::vector<double> ranks = rank(values).ranks;
  const double size = static_cast<double>(n), centre = (size + 1) / 2;
  double products = 0, squares = 0, order = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = static_cast<double>(i) + 1 - centre, y = ranks[i] - centre;
    products += x * y;
    squares += y * y;
    order += x * x;
  }
  if (squares <= 0) return out;
  const double rho = std::clamp(products / std::sqrt(squares * order), -1.0, 1.0);
  const double left = 1 - rho * rho;
  if (left < 1e-12) {
    out.p = 0;
  } else {
    const double t = std::abs(rho) * std::sqrt((size - 2) / left);
    out.p = 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(size - 2), t));
  }
  const std::size_t third = n / 3;
  // Between the middles of the outer thirds lie about two thirds of the way.
  out.drift = (median(values.last(third)) - median(values.first(third))) * size /
              (size - static_cast<double>(third));
  return out;
}

std::size_t warm_up(std::span<const double> values) {
  const std::size_t n = values.size(), most = n / 4;
  if (n < 6) return 0;
  // From the end of what may be warm-up towards the front, with the range of all that follows.
  auto [low, high] = std::ranges::minmax(values.subspan(most));
  std::vector<double> least(most + 1), largest(most + 1);  // of the first k values
  least[0] = HUGE_VAL;
  largest[0] = -HUGE_VAL;
  for (std::size_t k = 1; k <= most; ++k) {
    least[k] = std::min(least[k - 1], values[k - 1]);
    largest[k] = std::max(largest[k - 1], values[k - 1]);
  }
  for (std::size_t k = most; k >= 1; --k) {
    const double range = high - low;
    if (range > 0 && (least[k] > high + range || largest[k] < low - range)) return k;
    low = std::min(low, values[k - 1]);
    high = std::max(high, values[k - 1]);
  }
  return 0;
}

bool monotone(std::span<const double> values) {
  if (values.size() < 6 || values.front() == values.back()) return false;
  return std::ranges::is_sorted(values) || std::ranges::is_sorted(values, std::greater<>());
}

}  // namespace stats
