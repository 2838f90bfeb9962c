// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/samples.h"
#include "report/samples_charts.h"

namespace report {
namespace {

using compare::MetricVerdict;
using compare::SideView;
using pugi::xml_node;

constexpr double kWidth = 260, kHeight = 60, kEdge = 7, kHalf = 114;
constexpr std::size_t kMostDots = 300;  // a side; more are a smear

class Strip {
 public:
  Strip(xml_node svg, const MetricVerdict& metric) : svg_(svg) {
    low_ = std::min(metric.before.low, metric.after.low);
    high_ = std::max(metric.before.high, metric.after.high);
  }
  void side(const SideView& side, double left, const char* kind) {
    const std::string mark(kind);
    if (side.values.empty()) {  // mean and sd
      const double x = left + kHalf / 2;
      element(svg_, "line",
              {{"class", "sd " + mark},
               {"x1", at(x)},
               {"x2", at(x)},
               {"y1", at(y(side.low))},
               {"y2", at(y(side.high))}});
    }
    const std::size_t n = side.values.size(),
                      step = (n + kMostDots - 1) / std::max<std::size_t>(kMostDots, 1);
    for (std::size_t i = 0; i < n; i += std::max<std::size_t>(step, 1)) {
      const double along = n < 2 ? 0.5 : static_cast<double>(i) / static_cast<double>(n - 1);
      element(svg_, "circle",
              {{"class", "dot " + mark},
               {"cx", at(left + along * kHalf)},
               {"cy", at(y(side.values[i]))},
               {"r", n > 60 ? "1.6" : "2.6"}});
    }
    element(svg_, "line",
            {{"class", "median " + mark},
             {"x1", at(left)},
             {"x2", at(left + kHalf)},
             {"y1", at(y(side.middle))},
             {"y2", at(y(side.middle))}});
  }

 private:
  double y(double value) const {
    // Halved before they are subtracted: the range of huge values must not overflow.
    const double range = high_ / 2 - low_ / 2;
    const double part = range > 0 ? (value / 2 - low_ / 2) / range : 0.5;
    return kHeight - kEdge - std::clamp(part, 0.0, 1.0) * (kHeight - 2 * kEdge);
  }
  xml_node svg_;
  double low_ = 0, high_ = 0;
};

std::string said(const SideView& side, bool exact) {
  return fmt::format("{} ({} .. {}, n {})", measured(side.middle, exact), measured(side.low, exact),
                     measured(side.high, exact), side.n);
}

}  // namespace

void add_samples(xml_node parent, const MetricVerdict& metric) {
  const bool exact = metric.clock == model::Clock::instructions;
  const std::string what =
      fmt::format("before {}, after {}", said(metric.before, exact), said(metric.after, exact));
  xml_node svg = drawing(parent, kWidth, kHeight, what);
  element(svg, "title", {}, what);
  element(svg, "line",
          {{"class", "grid"},
           {"x1", at(kWidth / 2)},
           {"x2", at(kWidth / 2)},
           {"y1", "0"},
           {"y2", at(kHeight)}});
  Strip strip(svg, metric);
  strip.side(metric.before, kEdge, "before");
  strip.side(metric.after, kWidth - kEdge - kHalf, "after");
}

}  // namespace report
