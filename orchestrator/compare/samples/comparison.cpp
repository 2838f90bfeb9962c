// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/comparison.h"

#include "base/error.h"
#include "compare/samples/judge.h"
#include "stats/correction.h"

namespace compare {
namespace {

// Of mean/sd/n without any spread the values are known: they are all the mean. A hundred say what
// more would.
std::optional<Values> values_of(const Side& side) {
  if (const auto* values = std::get_if<Values>(&side)) return *values;
  const auto& known = std::get<MeanSd>(side);
  if (known.sd > 0) return std::nullopt;
  return Values(static_cast<std::size_t>(std::min<std::int64_t>(known.n, 100)), known.mean);
}

Evidence measure(const Metric& metric, const SampleOptions& options, MetricVerdict& out) {
  const auto before = values_of(metric.before), after = values_of(metric.after);
  if (!before || !after) return measure_means(metric.before, metric.after, options, out);
  const Evidence evidence =
      measure_values(*before, *after, metric.sampling.value_or(options.sampling), options, out);
  if (const auto* known = std::get_if<MeanSd>(&metric.before)) out.before.n = known->n;
  if (const auto* known = std::get_if<MeanSd>(&metric.after)) out.after.n = known->n;
  return evidence;
}

std::vector<double> corrected(const std::vector<double>& p, Correction correction) {
  if (correction == Correction::holm) return stats::holm(p);
  if (correction == Correction::fdr) return stats::false_discovery(p);
  return p;
}

}  // namespace

SampleComparison compare_samples(const SampleFile& file, const SampleOptions& options) {
  SampleComparison out{.title = file.title,
                       .before = file.before,
                       .after = file.after,
                       .metrics = {},
                       .options = options};
  std::vector<Evidence> evidence(file.metrics.size());
  std::vector<double> p;
  for (std::size_t i = 0; i < file.metrics.size(); ++i) {
    const Metric& metric = file.metrics[i];
    MetricVerdict verdict;
    verdict.name = metric.name;
    verdict.unit = metric.unit;
    verdict.lower_is_better = metric.lower_is_better;
    verdict.clock = metric.clock;
    verdict.band = metric.band;
    if (metric.clock == model::Clock::instructions) {
      judge_exact(metric, options, verdict);
      verdict.uncorrected = verdict.verdict;
    } else {
      evidence[i] = measure(metric, options, verdict);
      VMLAB_ASSERT(verdict.p.has_value());
      p.push_back(*verdict.p);
    }
    out.metrics.push_back(std::move(verdict));
  }
  out.corrected_for = p.size();
  out.correction = options.correction;
  if (out.correction == Correction::automatic)
    out.correction = p.size() > kManyMetrics ? Correction::fdr : Correction::none;
  const std::vector<double> adjusted = corrected(p, out.correction);
  for (std::size_t i = 0, at = 0; i < out.metrics.size(); ++i) {
    if (!out.metrics[i].p) continue;
    out.metrics[i].p_adjusted = adjusted[at++];
    decide_noisy(options, evidence[i], out.metrics[i]);
  }
  return out;
}

}  // namespace compare
