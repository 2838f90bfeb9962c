// SPDX-License-Identifier: Apache-2.0
// The rules by which a noisy metric's evidence becomes a verdict. README.md has them in words.
#include <algorithm>
#include <cmath>

#include "compare/samples/judge.h"
#include "stats/power.h"

namespace compare {
namespace {

// A question at this level is what most tables in mails were made with.
constexpr double kUsualLevel = 0.05;
// From here on stats::dependence() assumes no more than it sees.
constexpr std::int64_t kLongSeries = 28;

double resolution_of(const SampleOptions& options) {
  return std::max(options.resolution, options.min_effect);
}

bool large_enough(const SampleOptions& options, const MetricVerdict& metric) {
  return std::abs(metric.delta) >= options.min_effect &&
         std::abs(metric.delta) > metric.band.value_or(-1);
}

bool surely_small(const SampleOptions& options, const Evidence& evidence,
                  const MetricVerdict& metric) {
  const double most = resolution_of(options);
  return evidence.blocked.empty() && metric.confidence >= 1 - options.level * (1 + 1e-9) &&
         metric.low >= -most && metric.high <= most;
}

SampleVerdict verdict_at(double p, const SampleOptions& options, const Evidence& evidence,
                         const MetricVerdict& metric) {
  const bool sure = p <= options.level && evidence.missing == 0 && evidence.blocked.empty() &&
                    !evidence.contradicts;
  if (sure && large_enough(options, metric)) return towards(metric.lower_is_better, metric.delta);
  return surely_small(options, evidence, metric) ? SampleVerdict::unchanged
                                                 : SampleVerdict::inconclusive;
}

// Samples per side, besides those that are there, with which the question would be settled: the
// change found if it is as large as it looks, or else one as large as the resolution ruled out.
std::int64_t more_needed(const SampleOptions& options, const Evidence& evidence,
                         const MetricVerdict& metric) {
  std::int64_t more = std::max<std::int64_t>(evidence.missing, 1);
  if (evidence.noise <= 0) return more;
  const double size = std::abs(metric.delta), resolution = resolution_of(options);
  const double effect = size >= resolution
                            ? size
                            : std::max(size >= options.min_effect ? size : 0, resolution - size);
  const double share = *metric.p_adjusted > 0 ? *metric.p / *metric.p_adjusted : 1;
  const double level = options.level * std::clamp(share, 1e-6, 1.0);
  const auto samples = [&](double inflation) {
    return stats::samples_for(effect, evidence.noise * std::sqrt(inflation), level, options.power);
  };
  std::int64_t target = samples(evidence.later_inflation);
  // Shorter series must survive more doubt; longer ones are free of it.
  if (evidence.consecutive && target < kLongSeries)
    target = std::clamp(samples(evidence.inflation), target, kLongSeries);
  return std::max(more, target - std::min(metric.before.n, metric.after.n));
}

std::string why_not(const SampleOptions& options, const Evidence& evidence,
                    const MetricVerdict& metric) {
  if (!evidence.blocked.empty()) return evidence.blocked;
  if (evidence.missing > 0)
    return fmt::format("too few samples for any verdict at level {}",
                       percent(options.level, false));
  if (*metric.p_adjusted <= options.level) {
    if (evidence.contradicts) return "the medians move one way, most of the values the other";
    if (metric.band && std::abs(metric.delta) <= *metric.band)
      return fmt::format("inside the placebo band of {}", percent(*metric.band, false));
    return fmt::format("a change, but smaller than {}; more than {} is not ruled out",
                       percent(options.min_effect, false), percent(resolution_of(options), false));
  }
  if (*metric.p <= options.level)
    return fmt::format("p {} for so many metrics", probability(*metric.p_adjusted));
  if (*metric.p <= kUsualLevel && large_enough(options, metric))
    return fmt::format("would be called at --level {}", kUsualLevel);
  return {};
}

}  // namespace

void decide_noisy(const SampleOptions& options, const Evidence& evidence, MetricVerdict& out) {
  out.uncorrected = verdict_at(*out.p, options, evidence, out);
  out.verdict = verdict_at(*out.p_adjusted, options, evidence, out);
  out.reason = evidence.test;
  if (out.verdict == SampleVerdict::unchanged) {
    out.reason +=
        fmt::format("; no more than {} either way", percent(resolution_of(options), false));
    return;
  }
  if (out.verdict != SampleVerdict::inconclusive) {
    if (*out.p_adjusted > *out.p)
      out.reason += fmt::format("; {} for so many metrics", probability(*out.p_adjusted));
    return;
  }
  if (const std::string why = why_not(options, evidence, out); !why.empty())
    out.reason += "; " + why;
  // More of the same would not help where doubt is not about chance.
  const bool inside_band = out.band && std::abs(out.delta) <= *out.band;
  if (!evidence.blocked.empty() ||
      (*out.p_adjusted <= options.level && (evidence.contradicts || inside_band)))
    return;
  const std::int64_t need = more_needed(options, evidence, out);
  if (need + out.before.n >= stats::kMostSamples) {
    out.reason += "; no number of samples will settle it";
    return;
  }
  out.need = need;
  out.reason += fmt::format("; need {} more per side", need);
}

}  // namespace compare
