// SPDX-License-Identifier: Apache-2.0
// What raw samples of a noisy metric say.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "compare/samples/judge.h"
#include "stats/dependence.h"
#include "stats/interval.h"
#include "stats/mann_whitney.h"
#include "stats/modes.h"
#include "stats/power.h"
#include "stats/series.h"
#include "stats/summary.h"

namespace compare {
namespace {

using stats::Interval;
using stats::Summary;

// A trend this sure is told; nobody is accused of a crime by it.
constexpr double kTrendLevel = 0.01;

SideView view_of(const Values& values, const Summary& summary) {
  return {.n = static_cast<std::int64_t>(values.size()),
          .middle = summary.median,
          .low = summary.min,
          .high = summary.max,
          .values = values};
}

// The shift as a relative change: by ratios where all values are positive, so that the doubt about
// the median before is in it; elsewhere by differences.
class Change {
 public:
  Change(const Values& a, const Values& b, double scale) : a_(a), b_(b) {
    const auto positive = [](double v) { return v > 0; };
    ratios_ = std::ranges::all_of(a, positive) && std::ranges::all_of(b, positive);
    for (Values* side : {&a_, &b_})
      for (double& v : *side) v = ratios_ ? std::log(v) : v / scale;
  }
  std::optional<Interval> interval(double level) const {
    return relative(stats::shift_interval(a_, b_, level));
  }
  // All that the pairs of values show, for samples too small for any interval of the level.
  Interval extremes() const {
    const auto [a_low, a_high] = std::ranges::minmax(a_);
    const auto [b_low, b_high] = std::ranges::minmax(b_);
    const double surely = 1 - stats::smallest_rank_p(a_.size(), b_.size());
    return *relative(Interval{.low = b_low - a_high, .high = b_high - a_low, .confidence = surely});
  }

 private:
  std::optional<Interval> relative(std::optional<Interval> found) const {
    if (!found) return found;
    found->low = bounded(ratios_ ? std::expm1(found->low) : found->low);
    found->high = bounded(ratios_ ? std::expm1(found->high) : found->high);
    return found;
  }
  Values a_, b_;
  bool ratios_ = false;
};

// Leaves out 0 exactly when the p of rank test and dependence is below the level, ties apart.
Interval interval_of(const Values& a, const Values& b, double scale, double level,
                     const stats::Dependence& dependence) {
  const Change change(a, b, scale);
  const auto by_rank = change.interval(level);
  if (!by_rank) return change.extremes();
  Interval out = *by_rank;
  if (dependence.assumed <= 0) return out;
  double low = -HUGE_VAL, high = HUGE_VAL;
  if (const auto weak = change.interval(stats::weakened_level(level, dependence)))
    low = weak->low, high = weak->high;
  if (const auto means = stats::dependent_mean_interval(a, b, level, dependence)) {
    low = std::max(low, bounded(means->low / scale));
    high = std::min(high, bounded(means->high / scale));
  }
  if (low > high) return out;
  out.low = std::min(out.low, std::max(low, -1e300));
  out.high = std::max(out.high, std::min(high, 1e300));
  return out;
}

void remark_modes(const Values& values, std::string_view side, MetricVerdict& out) {
  if (const auto modes = stats::two_modes(values))
    out.remarks.push_back(fmt::format("{} has two modes: {:.5g} ({:.0f}%) and {:.5g}", side,
                                      modes->low, 100 * modes->share_low, modes->high));
}

// The sides lie further apart than both of them are wide: no drift within them leads across, and
// sorting moved no value from side to side.
bool far_apart(const Summary& a, const Summary& b) {
  const double gap = std::max(b.min - a.max, a.min - b.max);
  return gap > (a.max - a.min) + (b.max - b.min);
}

// Says aloud what the order of a side's values gives away. The drift from its first value to its
// last, if there surely is one; else 0.
double remark_order(const Values& values, std::string_view side, double scale, MetricVerdict& out) {
  if (const std::size_t k = stats::warm_up(values); k > 0) {
    const std::span<const double> all(values);
    const double away = stats::median(all.first(k)) - stats::median(all.subspan(k));
    out.remarks.push_back(fmt::format("{}: the first {} of {} look like warm-up ({})", side, k,
                                      values.size(), percent(bounded(away / scale))));
  }
  const stats::Trend trend = stats::trend(values);
  if (trend.p > kTrendLevel) return 0;
  out.remarks.push_back(fmt::format("{} drifts by {} over its {} samples", side,
                                    percent(bounded(trend.drift / scale)), values.size()));
  return trend.drift / scale;
}

}  // namespace

Evidence measure_values(const Values& before, const Values& after, Sampling sampling,
                        const SampleOptions& options, MetricVerdict& out) {
  const Summary a = stats::summarize(before), b = stats::summarize(after);
  out.before = view_of(before, a);
  out.after = view_of(after, b);
  const double scale = scale_of(a.median, b.median);
  out.delta = relative_change(a.median, b.median);

  Evidence evidence;
  evidence.consecutive = sampling == Sampling::consecutive;
  const stats::Dependence dependence =
      evidence.consecutive ? stats::dependence(before, after) : stats::Dependence{};
  const stats::RankTest rank = stats::rank_test(before, after);
  out.p = stats::dependent_p(before, after, rank.p, dependence);
  evidence.missing = stats::samples_to_reach(before.size(), after.size(), options.level);
  evidence.noise =
      bounded(std::hypot(a.sd / scale, b.sd / scale) / std::sqrt(a.n > 1 && b.n > 1 ? 2 : 1));
  evidence.inflation = dependence.inflation;
  evidence.later_inflation = stats::variance_inflation(dependence.estimated, 28);

  const Interval interval = interval_of(before, after, scale, options.level, dependence);
  out.low = std::min(interval.low, out.delta);
  out.high = std::max(interval.high, out.delta);
  out.confidence = interval.confidence;
  if (out.confidence <= 0) {  // one value a side
    out.low = std::min(-1.0, 2 * out.delta);
    out.high = std::max(1.0, 2 * out.delta);
  }

  const double difference = b.median / scale - a.median / scale;
  if (evidence.consecutive) {
    const bool sorted =
        (stats::monotone(before) || stats::monotone(after)) && !far_apart(a, b);
    const double before_drifts = remark_order(before, "before", scale, out);
    const double after_drifts = remark_order(after, "after", scale, out);
    // Of one long drift half of each side's part lies between the medians. Half of the difference
    // is enough.
    const double direction = difference < 0 ? -1 : 1;
    const double along =
        std::max(before_drifts * direction, 0.0) + std::max(after_drifts * direction, 0.0);
    if (sorted)
      evidence.blocked =
          "values that only rise or fall are drift, or a sorted list: give them in the order of "
          "measurement, or --independent";
    else if (along > 0 && along >= std::abs(difference))
      evidence.blocked = "drift could be half of the difference or more: alternate the sides";
  }
  evidence.contradicts = difference * (rank.advantage - 0.5) < 0;
  remark_modes(before, "before", out);
  remark_modes(after, "after", out);

  evidence.test = fmt::format("p {}", probability(*out.p));
  if (*out.p > options.level && rank.p <= options.level)
    evidence.test += fmt::format(" ({} if no sample hangs together with the next: --independent)",
                                 probability(rank.p));
  evidence.test += fmt::format(", n {}+{}", before.size(), after.size());
  return evidence;
}

}  // namespace compare
