// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "base/units.h"
#include "report/layout.h"
#include "report/samples.h"
#include "report/samples_charts.h"

namespace report {
namespace {

using compare::MetricVerdict;
using pugi::xml_node;

constexpr double kWidth = 470, kHeight = 230, kLeft = 74, kRight = 16, kTop = 16, kBottom = 34;

struct Point {
  std::uint64_t bytes = 0;
  const MetricVerdict* metric = nullptr;
};

struct SizedName {
  std::string stem;
  std::uint64_t bytes = 0;
};

// "munmap 64K", "fork/2M", "usemem (64K)": a size as the last word of a name.
std::optional<SizedName> sized(std::string_view name) {
  while (name.ends_with(')') || name.ends_with(']')) name.remove_suffix(1);
  const std::size_t mark = name.find_last_of(" ,/_-:([=");
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view word = name.substr(mark + 1);
  // A bare number is a count of something else.
  if (word.find_first_of("KMG") == std::string_view::npos) return std::nullopt;
  const auto bytes = base::parse_size(word);
  if (!bytes || *bytes == 0) return std::nullopt;
  std::string_view stem = name.substr(0, mark);
  while (!stem.empty() && std::string_view(" ,/_-:([=").find(stem.back()) != std::string_view::npos)
    stem.remove_suffix(1);
  if (stem.empty()) return std::nullopt;
  return SizedName{.stem = std::string(stem), .bytes = *bytes};
}

class Curve {
 public:
  explicit Curve(const std::vector<Point>& points) : points_(points) {
    low_ = high_ = points.front().metric->before.middle;
    for (const Point& point : points)
      for (const double v : {point.metric->before.middle, point.metric->after.middle}) {
        low_ = std::min(low_, v);
        high_ = std::max(high_, v);
      }
    log_ = low_ > 0 && high_ / low_ > 8;
    // A linear axis that does not begin at 0 makes much of little.
    if (!log_) low_ = std::min(low_, 0.0);
  }
  bool log() const { return log_; }

  void draw(xml_node svg) const {
    for (const double part : {0.0, 0.5, 1.0}) {
      const double v = log_ ? low_ * std::pow(high_ / low_, part) : low_ + part * (high_ - low_);
      element(svg, "line",
              {{"class", "grid"},
               {"x1", at(kLeft)},
               {"x2", at(kWidth - kRight)},
               {"y1", at(y(v))},
               {"y2", at(y(v))}});
      element(
          svg, "text",
          {{"class", "tick"}, {"x", at(kLeft - 8)}, {"y", at(y(v) + 4)}, {"text-anchor", "end"}},
          measured(v, false));
    }
    for (std::size_t i = 0; i < points_.size(); ++i)
      element(
          svg, "text",
          {{"class", "tick"}, {"x", at(x(i))}, {"y", at(kHeight - 12)}, {"text-anchor", "middle"}},
          base::format_size(points_[i].bytes));
    for (const bool after : {false, true}) {
      std::string path;
      for (std::size_t i = 0; i < points_.size(); ++i)
        path += fmt::format("{}{} {}", i == 0 ? "M" : "L", at(x(i)), at(y(value(i, after))));
      const std::string kind = after ? "after" : "before";
      element(svg, "path", {{"class", "curve " + kind}, {"d", path}});
      for (std::size_t i = 0; i < points_.size(); ++i) {
        xml_node dot = element(svg, "circle",
                               {{"class", "dot " + kind},
                                {"cx", at(x(i))},
                                {"cy", at(y(value(i, after)))},
                                {"r", "3.5"}});
        element(dot, "title", {},
                fmt::format("{} {}: {}, {} {}", base::format_size(points_[i].bytes), kind,
                            measured(value(i, after), false),
                            compare::percent(points_[i].metric->delta),
                            to_string(points_[i].metric->verdict)));
      }
    }
  }

 private:
  double value(std::size_t i, bool after) const {
    return after ? points_[i].metric->after.middle : points_[i].metric->before.middle;
  }
  double x(std::size_t i) const {
    return kLeft + 14 +
           static_cast<double>(i) * (kWidth - kLeft - kRight - 28) /
               static_cast<double>(points_.size() - 1);
  }
  double y(double v) const {
    double part = 0.5;
    if (log_)
      part = std::log(v / low_) / std::log(high_ / low_);
    else if (high_ / 2 - low_ / 2 > 0)
      part = (v / 2 - low_ / 2) / (high_ / 2 - low_ / 2);
    return kHeight - kBottom - std::clamp(part, 0.0, 1.0) * (kHeight - kBottom - kTop);
  }
  const std::vector<Point>& points_;
  double low_ = 0, high_ = 0;
  bool log_ = false;
};

}  // namespace

void add_curves(xml_node parent, const compare::SampleComparison& comparison) {
  std::map<std::pair<std::string, std::string>, std::vector<Point>> families;  // by stem and unit
  for (const MetricVerdict& metric : comparison.metrics)
    if (const auto name = sized(metric.name))
      families[{name->stem, metric.unit}].push_back({name->bytes, &metric});
  xml_node section;
  for (auto& [family, points] : families) {
    std::ranges::sort(points, {}, &Point::bytes);
    const bool twice = std::ranges::adjacent_find(points, {}, &Point::bytes) != points.end();
    if (points.size() < 3 || twice) continue;
    if (!section) {
      section = element(parent, "section");
      element(section, "h2", {}, "By size");
      element(section, "p", {{"class", "key"}}, "Before dashed, after solid.");
      section = element(section, "div", {{"class", "curves"}});
    }
    const Curve curve(points);
    xml_node figure = element(section, "figure");
    const std::string unit = family.second.empty() ? "" : " (" + family.second + ")";
    element(figure, "figcaption", {},
            fit(family.first + unit, 60) + (curve.log() ? ", logarithmic" : ""));
    curve.draw(drawing(figure, kWidth, kHeight, family.first + " before and after, by size"));
  }
}

}  // namespace report
