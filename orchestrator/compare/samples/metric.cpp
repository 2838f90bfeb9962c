// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/metric.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace compare {
namespace {

constexpr std::array kCorrections{std::pair(Correction::automatic, std::string_view("automatic")),
                                  std::pair(Correction::none, std::string_view("none")),
                                  std::pair(Correction::holm, std::string_view("holm")),
                                  std::pair(Correction::fdr, std::string_view("fdr"))};

}  // namespace

std::string_view to_string(Sampling sampling) {
  return sampling == Sampling::consecutive ? "consecutive" : "independent";
}

std::string_view to_string(Correction correction) {
  return std::ranges::find(kCorrections, correction, [](const auto& row) { return row.first; })
      ->second;
}

std::optional<Correction> correction_from(std::string_view name) {
  for (const auto& [correction, text] : kCorrections)
    if (text == name) return correction;
  return std::nullopt;
}

std::string_view to_string(SampleVerdict verdict) {
  switch (verdict) {
    case SampleVerdict::improved:
      return "improved";
    case SampleVerdict::regressed:
      return "regressed";
    case SampleVerdict::unchanged:
      return "unchanged";
    case SampleVerdict::inconclusive:
      break;
  }
  return "inconclusive";
}

std::string percent(double share, bool sign) {
  const double value = 100 * share, size = std::abs(value);
  if (!sign) return fmt::format("{:.4g}%", value);
  std::string out;
  if (size >= 1e7)
    out = fmt::format("{:.1e}", value);
  else if (size == 0 || size >= 100)
    out = fmt::format("{:.0f}", value);
  else if (size >= 10)
    out = fmt::format("{:.1f}", value);
  else if (size >= 0.1)
    out = fmt::format("{:.2f}", value);
  else if (size >= 0.01)
    out = fmt::format("{:.3f}", value);
  else
    out = fmt::format("{:.1g}", value);
  return (value > 0 ? "+" : "") + out + "%";
}

std::size_t SampleComparison::of(SampleVerdict verdict) const {
  return static_cast<std::size_t>(std::ranges::count(metrics, verdict, &MetricVerdict::verdict));
}

}  // namespace compare
