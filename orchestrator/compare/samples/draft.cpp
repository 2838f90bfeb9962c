// SPDX-License-Identifier: Apache-2.0
#include "compare/samples/draft.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace compare {
namespace {

constexpr std::size_t kMostMistakes = 20;
constexpr double kMostSamplesSaid = 1e12;

std::string quoted(std::string_view word) {
  constexpr std::size_t kMost = 60;
  return "'" + base::printable(word.substr(0, kMost)) + (word.size() > kMost ? "..." : "") + "'";
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool has_values(const Side& side) {
  const auto* values = std::get_if<Values>(&side);
  return values == nullptr || !values->empty();
}

}  // namespace

const std::vector<std::string>& metric_keys() {
  static const std::vector<std::string> keys{"metric", "unit",     "better", "clock",
                                             "band",   "sampling", "before", "after"};
  return keys;
}

std::optional<bool> direction_from(std::string_view word) {
  const std::string name = lower_case(word);
  if (name == "lower") return true;
  if (name == "higher") return false;
  return std::nullopt;
}

std::optional<model::Clock> clock_from(std::string_view word) {
  const std::string name = lower_case(word);
  if (name == "wall") return model::Clock::wall;
  if (name == "instructions" || name == "exact") return model::Clock::instructions;
  return std::nullopt;
}

std::optional<double> share_from(std::string_view word) {
  const bool hundredths = word.ends_with('%');
  if (hundredths) word.remove_suffix(1);
  const auto value = base::parse_double(base::trim(word));
  if (!value || !std::isfinite(*value)) return std::nullopt;
  const double share = hundredths ? *value / 100 : *value;
  return share >= 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

void Drafts::wrong(std::size_t offset, std::string message, std::string hint) {
  if (mistakes_.size() >= kMostMistakes) {
    ++more_mistakes_;
    return;
  }
  const Place place = place_of(text_, offset);
  mistakes_.push_back({.file = file_,
                       .line = place.line,
                       .column = place.column,
                       .message = std::move(message),
                       .hint = std::move(hint)});
}

Draft& Drafts::add(std::string_view name, std::size_t offset) {
  if (base::trim(name).empty()) {
    wrong(offset, "a metric without a name", "every metric has a name of its own");
  } else if (const Draft* same = find(name); same != nullptr && mistakes_.size() < kMostMistakes) {
    wrong(offset,
          fmt::format("metric {} is here for the second time, first in line {}", quoted(name),
                      place_of(text_, same->offset).line),
          "give it a name of its own, or put all its samples in one place");
  }
  by_name_.try_emplace(std::string(name), drafts_.size());
  drafts_.push_back({.name = std::string(name), .offset = offset});
  return drafts_.back();
}

Draft* Drafts::find(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &drafts_[found->second];
}

bool Drafts::set(Draft& draft, std::string_view key, std::string_view value, std::size_t offset) {
  const auto take = [&](auto& field, auto found, std::string_view right) {
    if (!found) {
      wrong(offset, fmt::format("{} is {}", key, quoted(value)), fmt::format("{}: {}", key, right));
    } else if (field && *field != *found) {
      wrong(offset,
            fmt::format("{} of metric {} is {} here and was something else before", key,
                        quoted(draft.name), quoted(value)),
            "a metric has one of it");
    } else {
      field = *found;
    }
  };
  if (key == "unit") {
    draft.unit = value;
  } else if (key == "better") {
    take(draft.lower_is_better, direction_from(value), "lower or higher");
  } else if (key == "clock") {
    take(draft.clock, clock_from(value), "wall (noisy) or instructions (exact)");
  } else if (key == "band") {
    take(draft.band, share_from(value),
         "a relative width from 0 to 1, or percent: 0.0012 or 0.12%");
  } else if (key == "sampling") {
    const std::string word = lower_case(value);
    std::optional<Sampling> found;
    for (const Sampling sampling : {Sampling::consecutive, Sampling::independent})
      if (to_string(sampling) == word) found = sampling;
    take(draft.sampling, found,
         "consecutive, or independent (alternating sides, or a boot per sample)");
  } else {
    return false;
  }
  return true;
}

std::optional<double> Drafts::number_from(std::string_view word, std::size_t offset) {
  const auto value = base::parse_double(word);
  if (value && std::isfinite(*value)) return value;
  std::string hint = "numbers look like 12, 0.5 or 1.5e3";
  if (word.find(',') != std::string_view::npos)
    hint = "decimals have a point, thousands no mark; after a comma between values put a blank";
  else if (value)
    hint = "NaN and infinity are no measurements: leave the value out";
  wrong(offset, quoted(word) + " is not a number", hint);
  return std::nullopt;
}

std::optional<MeanSd> Drafts::mean_from(double mean, double sd, double n, std::size_t offset) {
  if (sd < 0) {
    wrong(offset, fmt::format("a standard deviation of {}", sd), "it is 0 or more");
    return std::nullopt;
  }
  if (n < 1 || n > kMostSamplesSaid || std::trunc(n) != n) {
    wrong(offset, fmt::format("{} samples", n),
          "n is how many values the mean is of: 1, 2, 3, ...");
    return std::nullopt;
  }
  return MeanSd{.mean = mean, .sd = sd, .n = static_cast<std::int64_t>(n)};
}

void Drafts::extend(Draft& draft, bool after, Side more, std::size_t offset) {
  auto& side = after ? draft.after : draft.before;
  if (!side) {
    side = std::move(more);
    return;
  }
  auto* have = std::get_if<Values>(&*side);
  const auto* values = std::get_if<Values>(&more);
  if (have != nullptr && values != nullptr) {
    have->insert(have->end(), values->begin(), values->end());
    return;
  }
  wrong(offset,
        fmt::format("metric {} has its mean, sd and n {} for the second time, or besides values",
                    quoted(draft.name), after ? "after" : "before"),
        "a side is either a list of values or one mean, sd and n");
}

std::expected<SampleFile, base::Diagnostics> Drafts::finish(SampleFile head,
                                                            const SampleDefaults& defaults) {
  if (drafts_.empty() && mistakes_.empty())
    wrong(text_.size(), "the file has no metric",
          "the formats are in orchestrator/compare/README.md");
  // One mistake in a file makes others follow from it.
  const bool known_bad = !mistakes_.empty();
  for (Draft& draft : drafts_) {
    const auto lower = draft.lower_is_better ? draft.lower_is_better : defaults.lower_is_better;
    const auto clock = draft.clock ? draft.clock : defaults.clock;
    const std::string metric = "metric " + quoted(draft.name);
    if (!lower && !known_bad)
      wrong(draft.offset, metric + " does not say which direction is better",
            "better: lower or higher, or --better for all");
    if (!clock && !known_bad)
      wrong(draft.offset, metric + " does not say what measured it",
            "clock: wall (noisy) or instructions (exact), or --clock for all");
    for (const auto& [side, name] :
         {std::pair(&draft.before, "before"), std::pair(&draft.after, "after")})
      if (!known_bad && (!*side || !has_values(**side)))
        wrong(draft.offset, fmt::format("{} has no values {}", metric, name),
              "at least one number, or mean, sd and n; or leave the metric out");
    if (!lower || !clock || !draft.before || !draft.after) continue;
    head.metrics.push_back({.name = std::move(draft.name),
                            .unit = std::move(draft.unit),
                            .lower_is_better = *lower,
                            .clock = *clock,
                            .before = std::move(*draft.before),
                            .after = std::move(*draft.after),
                            .band = draft.band,
                            .sampling = draft.sampling});
  }
  if (mistakes_.empty()) return head;
  if (more_mistakes_ > 0)
    mistakes_.push_back({.file = file_,
                         .message = fmt::format("and {} more mistakes", more_mistakes_),
                         .hint = {}});
  return std::unexpected(std::move(mistakes_));
}

}  // namespace compare
