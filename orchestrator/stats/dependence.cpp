// SPDX-License-Identifier: Apache-2.0
#include "stats/dependence.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "stats/series.h"
#include "stats/summary.h"

namespace stats {
namespace {

// The plain variance of a dependent series is too small by this much on average.
double variance_of_mean(const Summary& side, double r) {
  const double n = static_cast<double>(side.n), inflation = variance_inflation(r, side.n);
  const double seen = std::max(1 - (inflation - 1) / (n - 1), 0.05);
  return side.sd * side.sd / seen * inflation / n;
}

// Of the difference of the means; 0 when it is not known.
double variance_of_difference(const Summary& a, const Summary& b, double r) {
  const double variance = variance_of_mean(a, r) + variance_of_mean(b, r);
  return variance > 0 && std::isfinite(variance) ? variance : 0;
}

}  // namespace

Dependence dependence(std::span<const double> a, std::span<const double> b) {
  Dependence out;
  if (a.size() < 2 || b.size() < 2) return out;
  const double total = static_cast<double>(a.size() + b.size());
  out.estimated = autocorrelation({a, b});
  const double n = total / 2;  // a side
  const double short_of = std::clamp((28 - n) / 20, 0.0, 1.0);
  const double most = 0.8 * short_of + 0.95 * (1 - short_of);
  // The estimate's standard error; half as much again where there are samples enough to afford it.
  const double error = (1 + 0.5 * std::clamp((n - 12) / 4, 0.0, 1.0)) / std::sqrt(total);
  out.assumed = std::clamp(out.estimated + error, 0.5 * short_of, most);
  // Without spread there is nothing that could hang together.
  if (summarize(a).sd == 0 && summarize(b).sd == 0) out.assumed = 0;
  out.inflation = variance_inflation(out.assumed, (a.size() + b.size()) / 2);
  return out;
}

double dependent_p(std::span<const double> a, std::span<const double> b, double rank_p,
                   const Dependence& dependence) {
  if (a.size() < 2 || b.size() < 2 || dependence.assumed <= 0 || rank_p >= 1) return rank_p;
  const boost::math::normal normal;
  double p = 0;
  if (rank_p > 1e-300) {
    const double z = boost::math::quantile(boost::math::complement(normal, rank_p / 2));
    p = 2 * boost::math::cdf(boost::math::complement(normal, z / std::sqrt(dependence.inflation)));
  }
  const Summary before = summarize(a), after = summarize(b);
  if (const double variance = variance_of_difference(before, after, dependence.assumed); variance > 0) {
    const double t = std::min(std::abs(after.mean - before.mean) / std::sqrt(variance), 1e100);
    const boost::math::students_t student(static_cast<double>(a.size() + b.size() - 2));
    p = std::min(p, 2 * boost::math::cdf(boost::math::complement(student, t)));
  }
  return std::clamp(p, rank_p, 1.0);
}

double weakened_level(double level, const Dependence& dependence) {
  if (dependence.assumed <= 0) return level;
  const boost::math::normal normal;
  const double z = boost::math::quantile(boost::math::complement(normal, level / 2));
  return 2 * boost::math::cdf(boost::math::complement(normal, z * std::sqrt(dependence.inflation)));
}

std::optional<Interval> dependent_mean_interval(std::span<const double> a, std::span<const double> b,
                                                double level, const Dependence& dependence) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Summary before = summarize(a), after = summarize(b);
  const double variance = variance_of_difference(before, after, dependence.assumed);
  if (variance <= 0) return std::nullopt;
  const boost::math::students_t student(static_cast<double>(a.size() + b.size() - 2));
  const double half = boost::math::quantile(boost::math::complement(student, level / 2)) * std::sqrt(variance);
  const double shift = after.mean - before.mean;
  return Interval{.low = shift - half, .high = shift + half, .confidence = 1 - level};
}

}  // namespace stats
