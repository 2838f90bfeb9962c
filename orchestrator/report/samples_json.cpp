// SPDX-License-Identifier: Apache-2.0
#include <boost/json.hpp>
#include <cmath>

#include "report/escape.h"
#include "report/samples.h"

namespace report {
namespace {

namespace json = boost::json;

json::value text(std::string_view value) { return json::value(json_clean(value)); }

// Whole numbers without an exponent: Boost writes 1.5E3 for 1500.0.
json::value number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (std::trunc(value) == value && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

template <class T>
json::value maybe(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<T, double>)
    return number(*value);
  else
    return *value;
}

json::object side(const compare::SideView& side) {
  return {{"n", side.n},
          {"median", number(side.middle)},
          {"low", number(side.low)},
          {"high", number(side.high)}};
}

json::object metric_json(const compare::MetricVerdict& metric) {
  json::array remarks;
  for (const std::string& remark : metric.remarks) remarks.push_back(text(remark));
  return {{"metric", text(metric.name)},
          {"verdict", to_string(metric.verdict)},
          {"delta", number(metric.delta)},
          {"ci", json::array{number(metric.low), number(metric.high)}},
          {"p", maybe(metric.p)},
          {"need", maybe(metric.need)},
          {"confidence", number(metric.confidence)},
          {"p_adjusted", maybe(metric.p_adjusted)},
          {"uncorrected", to_string(metric.uncorrected)},
          {"reason", text(metric.reason)},
          {"remarks", std::move(remarks)},
          {"unit", text(metric.unit)},
          {"better", metric.lower_is_better ? "lower" : "higher"},
          {"clock", to_string(metric.clock)},
          {"band", maybe(metric.band)},
          {"before", side(metric.before)},
          {"after", side(metric.after)}};
}

}  // namespace

std::string samples_json(const compare::SampleComparison& comparison) {
  json::array metrics;
  for (const auto& metric : comparison.metrics) metrics.push_back(metric_json(metric));
  const json::object out{
      {"version", 1},
      {"title", text(comparison.title)},
      {"before", text(comparison.before)},
      {"after", text(comparison.after)},
      {"level", number(comparison.options.level)},
      {"min_effect", number(comparison.options.min_effect)},
      {"resolution", number(comparison.options.resolution)},
      {"correction", to_string(comparison.correction)},
      {"corrected_for", comparison.corrected_for},
      {"exit_code", comparison.of(compare::SampleVerdict::regressed) > 0 ? 1 : 0},
      {"metrics", std::move(metrics)}};
  return json::serialize(out) + "\n";
}

}  // namespace report
