// SPDX-License-Identifier: Apache-2.0
#include "stats/welch.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace stats {
namespace {

// Boost refuses infinite ones, and beyond this t is the normal distribution.
constexpr double kLargeDf = 1e9;

double square_of_error(const Moments& m) { return m.sd * m.sd / m.n; }

}  // namespace

std::optional<Welch> welch_test(const Moments& a, const Moments& b) {
  if (!(a.n >= 2 && b.n >= 2)) return std::nullopt;
  const double va = square_of_error(a), vb = square_of_error(b);
  if (!(va + vb > 0) || !std::isfinite(va + vb)) return std::nullopt;
  Welch out;
  out.t = (b.mean - a.mean) / std::sqrt(va + vb);
  // In shares of the whole, so that tiny variances do not vanish when squared.
  const double share = va / (va + vb);
  out.df = 1 / (share * share / (a.n - 1) + (1 - share) * (1 - share) / (b.n - 1));
  out.df = std::clamp(out.df, 1.0, kLargeDf);
  if (!std::isfinite(out.t)) return std::nullopt;
  out.p = 2 * boost::math::cdf(
                  boost::math::complement(boost::math::students_t(out.df), std::abs(out.t)));
  return out;
}

double student_critical(double df, double level) {
  return boost::math::quantile(boost::math::complement(
      boost::math::students_t(std::clamp(df, 0.5, kLargeDf)), level / 2));
}

std::optional<Interval> mean_change_interval(const Moments& a, const Moments& b, double level) {
  const auto test = welch_test(a, b);
  if (!test || a.mean == 0) return std::nullopt;
  const double t = student_critical(test->df, level);
  // All in units of a's mean; a's sign turns the ratio, not the change.
  const double scale = std::abs(a.mean);
  const double x = a.mean / scale, y = b.mean / scale;
  const double va = square_of_error(a) / scale / scale, vb = square_of_error(b) / scale / scale;
  const double lead = 1 - t * t * va;
  const double root = lead <= 0 ? -1 : y * y - lead * (y * y - t * t * vb);
  if (root < 0) {
    const double half = t * std::sqrt(va + vb);
    return Interval{.low = y - x - half, .high = y - x + half, .confidence = 1 - level};
  }
  const double low = (x * y - std::sqrt(root)) / lead, high = (x * y + std::sqrt(root)) / lead;
  if (x < 0) return Interval{.low = 1 - high, .high = 1 - low, .confidence = 1 - level};
  return Interval{.low = low - 1, .high = high - 1, .confidence = 1 - level};
}

}  // namespace stats
