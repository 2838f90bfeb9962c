// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/layout.h"
#include "report/samples.h"
#include "report/samples_charts.h"

namespace report {
namespace {

using compare::MetricVerdict;
using compare::percent;
using pugi::xml_node;

constexpr double kWidth = 960, kLeft = 270, kRight = 190, kRow = 26, kTop = 30;
constexpr double kPlot = kWidth - kLeft - kRight, kMiddle = kLeft + kPlot / 2;
constexpr double kBetweenTicks = 46;

// Up to a tenth linear, beyond it logarithmic outside the resolution, so that 0.7% and 70% both
// show.
class Scale {
 public:
  explicit Scale(const compare::SampleComparison& comparison)
      : resolution_(std::max(comparison.options.resolution, comparison.options.min_effect)) {
    double largest = 0;
    for (const MetricVerdict& metric : comparison.metrics) {
      const double delta = std::abs(metric.delta);
      const double reach = std::max(std::abs(metric.low), std::abs(metric.high));
      largest = std::max({largest, delta, std::min(reach, std::max(2 * delta, 4 * resolution_))});
    }
    most_ = std::clamp(1.1 * largest, 2 * resolution_, 20.0);
    linear_ = most_ <= 0.1;
  }
  double most() const { return most_; }
  bool linear() const { return linear_; }
  double x(double share) const {
    const double clipped = std::clamp(share, -most_, most_);
    const double part = linear_
                            ? clipped / most_
                            : std::asinh(clipped / resolution_) / std::asinh(most_ / resolution_);
    return kMiddle + part * kPlot / 2;
  }

 private:
  double resolution_, most_ = 1;
  bool linear_ = true;
};

void line(xml_node svg, const char* kind, double x1, double y1, double x2, double y2) {
  element(svg, "line",
          {{"class", kind}, {"x1", at(x1)}, {"y1", at(y1)}, {"x2", at(x2)}, {"y2", at(y2)}});
}

void add_axis(xml_node svg, const Scale& scale, double resolution, double bottom) {
  element(svg, "rect",
          {{"class", "same"},
           {"x", at(scale.x(-resolution))},
           {"y", at(kTop - 6)},
           {"width", at(scale.x(resolution) - scale.x(-resolution))},
           {"height", at(bottom - kTop + 6)}});
  line(svg, "zero", kMiddle, kTop - 6, kMiddle, bottom);
  element(svg, "text",
          {{"class", "tick"}, {"x", at(kMiddle)}, {"y", at(kTop - 12)}, {"text-anchor", "middle"}},
          "0");
  double last = kMiddle;
  for (double decade = 1e-4; decade < 100; decade *= 10)
    for (const double step : {1.0, 2.0, 5.0}) {
      const double share = decade * step, x = scale.x(share);
      if (share > scale.most() || x - last < kBetweenTicks) continue;
      last = x;
      for (const double side : {-share, share}) {
        line(svg, "grid", scale.x(side), kTop - 6, scale.x(side), bottom);
        element(svg, "text",
                {{"class", "tick"},
                 {"x", at(scale.x(side))},
                 {"y", at(kTop - 12)},
                 {"text-anchor", "middle"}},
                (side > 0 ? "+" : "\xE2\x88\x92") + fmt::format("{:g}%", 100 * share));
      }
    }
}

// An end of an interval that the scale does not reach.
void arrow(xml_node svg, const std::string& kind, double x, double y, double direction) {
  element(
      svg, "path",
      {{"class", "end " + kind},
       {"d", fmt::format("M{} {}l{} -4v8z", at(x + direction * 6), at(y), at(-direction * 6))}});
}

void add_row(xml_node svg, const MetricVerdict& metric, const Scale& scale, double y) {
  const std::string kind(to_string(metric.verdict));
  xml_node row = element(svg, "g", {{"class", "row"}});
  const std::string interval =
      metric.confidence > 0 ? percent(metric.low) + " .. " + percent(metric.high) : "no interval";
  element(row, "title", {},
          fmt::format("{}: {} ({}), {}. {}", metric.name, percent(metric.delta), interval, kind,
                      metric.reason));
  element(row, "text",
          {{"class", "name"}, {"x", at(kLeft - 14)}, {"y", at(y + 4)}, {"text-anchor", "end"}},
          fit(metric.name, 32));
  if (metric.confidence > 0) {
    line(row, ("interval " + kind).c_str(), scale.x(metric.low), y, scale.x(metric.high), y);
    if (metric.low < -scale.most()) arrow(row, kind, scale.x(metric.low), y, -1);
    if (metric.high > scale.most()) arrow(row, kind, scale.x(metric.high), y, 1);
  }
  const double x = scale.x(metric.delta);
  if (metric.clock == model::Clock::instructions)
    element(row, "rect",
            {{"class", "mark " + kind},
             {"x", at(x - 5)},
             {"y", at(y - 5)},
             {"width", "10"},
             {"height", "10"}});
  else
    element(row, "circle", {{"class", "mark " + kind}, {"cx", at(x)}, {"cy", at(y)}, {"r", "5.5"}});
  element(row, "text", {{"class", "delta"}, {"x", at(kWidth - kRight + 14)}, {"y", at(y + 4)}},
          percent(metric.delta));
  element(row, "text",
          {{"class", "word " + kind}, {"x", at(kWidth)}, {"y", at(y + 4)}, {"text-anchor", "end"}},
          kind);
}

}  // namespace

void add_forest(xml_node parent, const compare::SampleComparison& comparison) {
  const Scale scale(comparison);
  const double bottom = kTop + kRow * static_cast<double>(comparison.metrics.size());
  xml_node svg =
      drawing(parent, kWidth, bottom + 4,
              "Relative change of every metric with its interval: " + verdict_counts(comparison));
  const double resolution = std::max(comparison.options.resolution, comparison.options.min_effect);
  add_axis(svg, scale, resolution, bottom);
  double y = kTop + kRow / 2;
  for (const MetricVerdict& metric : comparison.metrics) {
    add_row(svg, metric, scale, y);
    y += kRow;
  }
  std::string key = fmt::format(
      "Change of the median, after against before. Circles: noisy metrics; squares: exact ones. "
      "Shaded: within {} either way.",
      percent(resolution, false));
  if (!scale.linear()) key += " The scale is logarithmic outside it.";
  element(parent, "p", {{"class", "key"}}, key);
}

}  // namespace report
