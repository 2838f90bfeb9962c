// SPDX-License-Identifier: Apache-2.0
#include "stats/modes.h"

#include <algorithm>
#include <cmath>

#include "stats/summary.h"

namespace stats {
namespace {

// Distance of the means over the root mean square of the deviations.
double separation(const Summary& low, const Summary& high) {
  const double spread = std::sqrt((low.sd * low.sd + high.sd * high.sd) / 2);
  const double distance = high.mean - low.mean;
  return spread > 0 ? distance / spread : (distance > 0 ? HUGE_VAL : 0);
}

// By simulation, see README.md: 1% of normal samples exceed it.
double critical_separation(double n) { return 3.6 + 32 / n; }

}  // namespace

std::optional<Modes> two_modes(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n < 8) return std::nullopt;
  const std::vector<double> ordered = sorted(values);
  const std::span<const double> all(ordered);
  const std::size_t least = std::max<std::size_t>(2, (n + 4) / 5);
  // The widest gap inside the allowed range is the only candidate: groups that are apart have it
  // between them.
  std::size_t cut = least;
  for (std::size_t i = least; i + least <= n; ++i)
    if (all[i] - all[i - 1] > all[cut] - all[cut - 1]) cut = i;
  const Summary low = summarize(all.first(cut)), high = summarize(all.subspan(cut));
  const double middle = std::abs(median_of_sorted(all));
  if (high.median - low.median <= 0.01 * middle) return std::nullopt;
  if (separation(low, high) < critical_separation(static_cast<double>(n))) return std::nullopt;
  return Modes{.low = low.median,
               .high = high.median,
               .share_low = static_cast<double>(cut) / static_cast<double>(n)};
}

}  // namespace stats
