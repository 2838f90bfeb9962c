// SPDX-License-Identifier: Apache-2.0
// What mean, sd and n of a noisy metric say: Welch's t, and Fieller's interval of the relative
// change.
#include <algorithm>
#include <cmath>

#include "compare/samples/judge.h"
#include "stats/power.h"
#include "stats/summary.h"
#include "stats/welch.h"

namespace compare {
namespace {

stats::Moments moments_of(const Side& side) {
  if (const auto* known = std::get_if<MeanSd>(&side))
    return {.mean = known->mean, .sd = known->sd, .n = static_cast<double>(known->n)};
  const stats::Summary summary = stats::summarize(std::get<Values>(side));
  return {.mean = summary.mean, .sd = summary.sd, .n = static_cast<double>(summary.n)};
}

SideView view_of(const Side& side, const stats::Moments& moments) {
  SideView out{.n = static_cast<std::int64_t>(moments.n),
               .middle = moments.mean,
               .low = bounded(moments.mean - moments.sd),
               .high = bounded(moments.mean + moments.sd)};
  if (const auto* values = std::get_if<Values>(&side)) {
    const auto [low, high] = std::ranges::minmax(*values);
    out.low = low;
    out.high = high;
    out.values = *values;
  }
  return out;
}

}  // namespace

Evidence measure_means(const Side& before, const Side& after, const SampleOptions& options,
                       MetricVerdict& out) {
  const stats::Moments a = moments_of(before), b = moments_of(after);
  out.before = view_of(before, a);
  out.after = view_of(after, b);
  const double scale = scale_of(a.mean, b.mean);
  out.delta = relative_change(a.mean, b.mean);

  Evidence evidence;
  evidence.consecutive = false;  // there is no order left to look at
  evidence.noise =
      bounded(std::hypot(a.sd / scale, b.sd / scale) / std::sqrt(a.n > 1 && b.n > 1 ? 2 : 1));
  const std::string sizes = fmt::format(", n {}+{}", out.before.n, out.after.n);
  const stats::Moments x{.mean = a.mean / scale, .sd = a.sd / scale, .n = a.n};
  const stats::Moments y{.mean = b.mean / scale, .sd = b.sd / scale, .n = b.n};
  const auto welch = stats::welch_test(x, y);
  if (!welch) {
    out.p = 1;
    out.low = std::min(-1.0, 2 * out.delta);
    out.high = std::max(1.0, 2 * out.delta);
    evidence.missing = static_cast<std::int64_t>(std::max({1.0, 2 - a.n, 2 - b.n}));
    evidence.test = "a t test needs two samples a side and their sd" + sizes;
    return evidence;
  }
  out.p = welch->p;
  auto interval = stats::mean_change_interval(x, y, options.level);
  if (!interval) {  // the mean before is 0
    const double half = stats::student_critical(welch->df, options.level) *
                        std::sqrt(x.sd * x.sd / x.n + y.sd * y.sd / y.n);
    interval = {.low = y.mean - half, .high = y.mean + half, .confidence = 1 - options.level};
  }
  out.low = bounded(std::min(interval->low, out.delta));
  out.high = bounded(std::max(interval->high, out.delta));
  out.confidence = interval->confidence;
  evidence.test = fmt::format("Welch's t {:.2f}, p {}{}", welch->t, probability(welch->p), sizes);
  return evidence;
}

}  // namespace compare
