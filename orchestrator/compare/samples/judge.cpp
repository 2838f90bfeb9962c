// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/judge.h"

#include <algorithm>
#include <cmath>

namespace compare {

double scale_of(double before, double after) {
  if (before != 0) return std::abs(before);
  return after != 0 ? std::abs(after) : 1;
}

double bounded(double value) {
  constexpr double kMost = 1e300;
  return std::isnan(value) ? 0 : std::clamp(value, -kMost, kMost);
}

double relative_change(double before, double after) {
  const double scale = scale_of(before, after);
  return bounded(after / scale - before / scale);
}

SampleVerdict towards(bool lower_is_better, double delta) {
  return (delta < 0) == lower_is_better ? SampleVerdict::improved : SampleVerdict::regressed;
}

std::string probability(double p) { return fmt::format("{:.2g}", p); }

}  // namespace compare
