// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "report/samples.h"

namespace report {
namespace {

using compare::MetricVerdict;
using compare::SampleVerdict;

constexpr std::size_t kNameWidth = 32;
constexpr std::size_t kLeastReason = 34;  // narrower columns of prose are unreadable
constexpr std::array<std::string_view, 7> kHead{"METRIC",   "BEFORE",  "AFTER", "DELTA",
                                                "INTERVAL", "VERDICT", "REASON"};
using Row = std::array<std::string, 7>;

Colour colour_of(SampleVerdict verdict) {
  switch (verdict) {
    case SampleVerdict::improved:
      return Colour::green;
    case SampleVerdict::regressed:
      return Colour::red;
    case SampleVerdict::inconclusive:
      return Colour::yellow;
    case SampleVerdict::unchanged:
      break;
  }
  return Colour::none;
}

std::string interval(const MetricVerdict& metric, double level) {
  if (metric.confidence <= 0) return "-";
  std::string out = compare::percent(metric.low) + " .. " + compare::percent(metric.high);
  // Samples too few for the level say so where they are read.
  if (metric.confidence < 1 - level * (1 + 1e-9))
    out += fmt::format(" ({:.0f}%)", std::floor(100 * metric.confidence));
  return out;
}

Row row_of(const MetricVerdict& metric, double level) {
  const bool exact = metric.clock == model::Clock::instructions;
  std::string reason = metric.reason;
  for (const std::string& remark : metric.remarks) reason += "; " + remark;
  const std::string unit = metric.unit.empty() ? "" : " (" + metric.unit + ")";
  return {base::printable(metric.name + unit),
          measured(metric.before.middle, exact),
          measured(metric.after.middle, exact),
          compare::percent(metric.delta),
          interval(metric, level),
          std::string(to_string(metric.verdict)),
          base::printable(reason)};
}

std::string right(const std::string& text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ') + text;
}

}  // namespace

std::string measured(double v, bool exact) {
  const double size = std::abs(v);
  // Whole counts to the last digit; what is divided, without the digits of the division.
  if (exact && size < 1e15) return std::trunc(v) == v ? fmt::format("{:.0f}", v) : fmt::format("{:.12g}", v);
  if (size == 0) return "0";
  if (size >= 1e12 || size < 1e-5) return fmt::format("{:.4e}", v);
  const int before_point = static_cast<int>(std::floor(std::log10(size))) + 1;
  return fmt::format("{:.{}f}", v, std::clamp(5 - before_point, 0, 9));
}

std::string verdict_counts(const compare::SampleComparison& comparison) {
  std::vector<std::string> parts;
  for (const SampleVerdict verdict : {SampleVerdict::regressed, SampleVerdict::improved,
                                      SampleVerdict::unchanged, SampleVerdict::inconclusive})
    if (const std::size_t n = comparison.of(verdict); n > 0)
      parts.push_back(fmt::format("{} {}", grouped(n), to_string(verdict)));
  return base::join(parts, ", ");
}

std::string terms(const compare::SampleComparison& comparison) {
  std::string out = fmt::format("level {}", compare::percent(comparison.options.level, false));
  if (comparison.correction == compare::Correction::none) return out;
  const bool holm = comparison.correction == compare::Correction::holm;
  out += fmt::format(", p corrected for {} ({})", plural(comparison.corrected_for, "metric"),
                     holm ? "Holm" : "Benjamini-Hochberg");
  const auto lost = std::ranges::count_if(comparison.metrics, [](const MetricVerdict& m) {
    return m.verdict != m.uncorrected && m.verdict == SampleVerdict::inconclusive;
  });
  if (lost > 0) out += fmt::format("; {} more would be called alone", lost);
  return out;
}

std::string samples_text(const compare::SampleComparison& comparison,
                         const TerminalOptions& given) {
  TerminalOptions options = given;
  options.width = std::clamp<std::size_t>(options.width, 40, 240);
  std::vector<Row> rows;
  for (const MetricVerdict& metric : comparison.metrics)
    rows.push_back(row_of(metric, comparison.options.level));
  std::array<std::size_t, 6> widths{};
  for (std::size_t i = 0; i < widths.size(); ++i) {
    widths[i] = kHead[i].size();
    for (const Row& row : rows) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  widths[0] = std::min(widths[0], kNameWidth);
  std::size_t used = 0;
  for (const std::size_t width : widths) used += width + 2;
  // Beside the verdict if it fits there; else on lines of its own.
  const bool beside = used + kLeastReason <= options.width;

  std::string out;
  for (const std::string* text : {&comparison.title})
    if (!text->empty())
      out += paint(fit(base::printable(*text), options.width), Colour::bold, options) + "\n";
  if (!comparison.before.empty() || !comparison.after.empty())
    out += fit(base::printable("before: " + comparison.before + "   after: " + comparison.after),
               options.width) +
           "\n";
  if (!out.empty()) out += "\n";

  std::string head = pad(kHead[0], widths[0]) + "  ";
  for (std::size_t i = 1; i < widths.size(); ++i)
    head += (i < 5 ? right(std::string(kHead[i]), widths[i]) : pad(kHead[i], widths[i])) + "  ";
  if (beside) head += kHead[6];
  while (head.ends_with(' ')) head.pop_back();
  out += paint(head, Colour::bold, options) + "\n";

  for (std::size_t r = 0; r < rows.size(); ++r) {
    const Row& row = rows[r];
    const std::vector<std::string> names = wrap(row[0], kNameWidth);
    const std::vector<std::string> reason =
        wrap(row[6], beside ? options.width - used : options.width - 6);
    std::string line = pad(names[0], widths[0]) + "  ";
    for (std::size_t i = 1; i < 5; ++i) line += right(row[i], widths[i]) + "  ";
    line += paint(row[5], colour_of(comparison.metrics[r].verdict), options);
    if (beside) line += std::string(widths[5] - row[5].size() + 2, ' ') + reason[0];
    out += line + "\n";
    for (std::size_t i = 1; i < std::max(names.size(), beside ? reason.size() : 0); ++i) {
      line = pad(i < names.size() ? names[i] : "", used);
      if (beside && i < reason.size()) line += reason[i];
      while (line.ends_with(' ')) line.pop_back();
      out += line + "\n";
    }
    if (!beside)
      for (const std::string& text : reason) out += "      " + text + "\n";
  }
  out += "\n";
  const bool worse = comparison.of(SampleVerdict::regressed) > 0;
  out += paint(worse ? "REGRESSED" : "NO REGRESSION", worse ? Colour::red : Colour::green, options);
  for (bool first = true; const std::string& text :
                          wrap(": " + verdict_counts(comparison) + " (" + terms(comparison) + ")",
                               options.width - 14)) {
    out += (first ? "" : "  ") + text + "\n";
    first = false;
  }
  return out;
}

}  // namespace report
