// SPDX-License-Identifier: Apache-2.0
#include "stats/power.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>

#include "stats/mann_whitney.h"

namespace stats {

std::int64_t samples_for(double effect, double sd, double level, double power) {
  const boost::math::normal normal;
  const double z = boost::math::quantile(boost::math::complement(normal, level / 2)) +
                   boost::math::quantile(normal, power);
  const double n = 2 * z * z * (sd / effect) * (sd / effect) * std::numbers::pi / 3;
  if (!(n < static_cast<double>(kMostSamples))) return kMostSamples;
  return std::max(static_cast<std::int64_t>(std::ceil(n)), samples_to_reach(0, 0, level));
}

std::int64_t samples_to_reach(std::size_t n_a, std::size_t n_b, double level) {
  std::int64_t k = 0;
  while (k < kMostSamples && smallest_rank_p(n_a + static_cast<std::size_t>(k), n_b + static_cast<std::size_t>(k)) >
                                 level * (1 + 1e-12))
    ++k;
  return k;
}

}  // namespace stats
