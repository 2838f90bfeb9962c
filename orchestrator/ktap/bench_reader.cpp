// SPDX-License-Identifier: Apache-2.0
#include "ktap/bench_reader.h"

#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/text.h"
#include "ktap/case_name.h"
#include "model/run.h"

namespace ktap {
namespace {

// Far above any benchmark; a guest that floods must not eat the host.
constexpr std::size_t kMostMetrics = 4096, kMostValues = 4096, kLongestUnit = 32;

std::optional<double> number_of(std::string_view word) {
  const std::string text(word);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<Measured> metric_of(std::string_view text) {
  const std::vector<std::string_view> words = base::split_words(text);
  if (words.size() < 5 || words.size() > 4 + kMostValues || words[2].size() > kLongestUnit) return std::nullopt;
  if (words[3] != "lower" && words[3] != "higher") return std::nullopt;
  Measured measured{.metric = bounded_text(words[1]),
                    .unit = bounded_text(words[2]),
                    .lower_is_better = words[3] == "lower",
                    .values = {}};
  for (std::size_t i = 4; i < words.size(); ++i) {
    const auto value = number_of(words[i]);
    if (!value) return std::nullopt;
    measured.values.push_back(*value);
  }
  return measured;
}

}  // namespace

void BenchReader::line(std::string_view text, std::size_t number) {
  if (reported_ >= kMostMetrics) return;
  if (text.starts_with("skip ")) {
    const std::string_view rest = base::trim(text.substr(5));
    const auto blank = rest.find(' ');
    RawCase raw{.name = bounded_text(rest.substr(0, blank)), .line = number};
    raw.skipped = true;
    if (blank != rest.npos) raw.reason = bounded_text(base::trim(rest.substr(blank)));
    ++reported_;
    sink_(std::move(raw));
    return;
  }
  if (!text.starts_with("metric ")) return;
  ++reported_;
  auto measured = metric_of(text);
  if (!measured) {
    ++bad_;
    sink_({.name = bounded_text(text.substr(0, 80)),
           .outcome = model::Outcome::fail,
           .reason = "is not `metric NAME UNIT lower|higher VALUE...`",
           .line = number});
    return;
  }
  // Which counters of the kernel moved differs from kernel to kernel: those are samples and no cases.
  if (measured->unit != model::kCounterUnit) sink_({.name = measured->metric, .line = number});
  measured_.push_back(std::move(*measured));
}

}  // namespace ktap
