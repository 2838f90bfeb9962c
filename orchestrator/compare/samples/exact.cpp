// SPDX-License-Identifier: Apache-2.0
// Verdicts of exact metrics. No noise: what moves a count is the change, or the layout of the code;
// the placebo band says how far layout does, and seeds are other layouts and schedules.
#include <algorithm>
#include <cmath>

#include "compare/samples/judge.h"
#include "stats/interval.h"
#include "stats/summary.h"

namespace compare {
namespace {

SideView view_of(const Side& side) {
  if (const auto* known = std::get_if<MeanSd>(&side))
    return {.n = known->n,
            .middle = known->mean,
            .low = bounded(known->mean - known->sd),
            .high = bounded(known->mean + known->sd)};
  const auto& values = std::get<Values>(side);
  const stats::Summary summary = stats::summarize(values);
  return {.n = static_cast<std::int64_t>(values.size()),
          .middle = summary.median,
          .low = summary.min,
          .high = summary.max,
          .values = values};
}

// Two-sided: as few as these against, of n, if both directions were as likely.
double sign_test(std::size_t against, std::size_t n) {
  double term = std::exp2(-static_cast<double>(n)), sum = 0;
  for (std::size_t k = 0; k <= against; ++k) {
    sum += term;
    term *= static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  return std::min(1.0, 2 * sum);
}

// As many seeds as must agree before a disagreement of the rest is no accident.
std::int64_t enough_seeds(double level) {
  std::int64_t n = 1;
  while (n < 1000 && std::exp2(1 - static_cast<double>(n)) > level) ++n;
  return n;
}

// What became of each seed.
struct Seeds {
  std::size_t up = 0, down = 0, same = 0;
  bool paired = true;
  Values changes;  // of each seed, when paired
};

Seeds seeds_of(const SideView& before, const SideView& after) {
  Seeds out;
  if (before.values.size() == after.values.size() && !before.values.empty()) {
    for (std::size_t i = 0; i < before.values.size(); ++i) {
      const double from = before.values[i], to = after.values[i];
      ++(to > from ? out.up : to < from ? out.down : out.same);
      out.changes.push_back(relative_change(from, to));
    }
    return out;
  }
  // Nothing pairs them: they agree when every value after lies on one side of every value before.
  out.paired = false;
  if (after.low > before.high)
    out.up = 1;
  else if (after.high < before.low)
    out.down = 1;
  else if (before.low == before.high && after.low == after.high && before.low == after.low)
    out.same = 1;
  else
    out.up = out.down = 1;
  return out;
}

void set_interval(const Seeds& seeds, const SampleOptions& options, MetricVerdict& out) {
  const double band = out.band.value_or(0);
  out.low = out.delta - band;
  out.high = out.delta + band;
  out.confidence = 1;
  if (seeds.changes.size() < 2) return;
  const auto interval = stats::median_interval(seeds.changes, 1 - options.level);
  const auto [least, most] = std::ranges::minmax(seeds.changes);
  out.low = std::min(out.low, interval ? interval->low : least);
  out.high = std::max(out.high, interval ? interval->high : most);
  out.confidence = 1 - options.level;
}

}  // namespace

void judge_exact(const Metric& metric, const SampleOptions& options, MetricVerdict& out) {
  out.verdict = SampleVerdict::inconclusive;
  out.before = view_of(metric.before);
  out.after = view_of(metric.after);
  // Of mean/sd/n only the means are left to compare.
  if (out.before.values.empty()) out.before.low = out.before.high = out.before.middle;
  if (out.after.values.empty()) out.after.low = out.after.high = out.after.middle;
  const Seeds seeds = seeds_of(out.before, out.after);
  out.delta = relative_change(out.before.middle, out.after.middle);
  set_interval(seeds, options, out);

  const std::size_t n = seeds.up + seeds.down + seeds.same;
  const std::string over = seeds.paired && n > 1 ? fmt::format(" over {} seeds", n) : "";
  if (seeds.up + seeds.down == 0) {
    out.verdict = SampleVerdict::unchanged;
    out.low = out.high = 0;
    out.reason = "exact: the same to the last digit" + over;
    return;
  }
  const double band = out.band.value_or(0);
  if (std::abs(out.delta) <= band && band > 0) {
    out.reason = fmt::format("exact: inside the placebo band of {}{}", percent(band, false), over);
    return;
  }
  const std::size_t with = out.delta > 0 ? seeds.up : out.delta < 0 ? seeds.down : 0;
  const std::size_t against = seeds.up + seeds.down - with;
  const bool agree =
      with * 2 > n &&
      (against == 0 || (seeds.paired && sign_test(against, with + against) <= options.level));
  if (!agree) {
    out.reason = seeds.paired
                     ? fmt::format("exact, but seeds disagree: {} up, {} down, {} the same",
                                   seeds.up, seeds.down, seeds.same)
                     : std::string(
                           "exact, but the values of both sides overlap and nothing pairs them: "
                           "give one per seed, the same seeds on both sides");
    const auto enough = enough_seeds(options.level), have = std::min(out.before.n, out.after.n);
    if (seeds.paired && have < enough) {
      out.need = enough - have;
      out.reason += fmt::format("; need {} more per side", *out.need);
    }
    return;
  }
  out.verdict = towards(metric.lower_is_better, out.delta);
  out.reason =
      out.band ? fmt::format("exact: outside the placebo band of {}{}", percent(band, false), over)
               : "exact" + over + "; no placebo band given: layout alone can move a count";
  if (against > 0) out.reason += fmt::format("; {} of them the other way", against);
}

}  // namespace compare
