// SPDX-License-Identifier: Apache-2.0
#include "runner/samples.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"

namespace runner {
namespace {

constexpr std::size_t kMostCounters = 1024;

// Events only ever grow: a counter that fell was a state, whatever its name.
bool is_event(std::string_view name) { return !name.starts_with("nr_") && !name.empty() && name.size() <= 64; }

std::map<std::string, std::int64_t> events(std::string_view vmstat) {
  std::map<std::string, std::int64_t> counters;
  for (const std::string_view line : base::split_lines(vmstat)) {
    const auto words = base::split_words(line);
    if (words.size() != 2 || !is_event(words[0]) || counters.size() >= kMostCounters) continue;
    if (const auto value = base::parse_int(words[1])) counters.emplace(base::printable(words[0]), *value);
  }
  return counters;
}

}  // namespace

std::vector<model::Sample> samples_of(const ktap::Report& report, std::string_view test, const VmstatAround& vmstat,
                                      const ResultFrame& frame) {
  std::vector<model::Sample> samples;
  int order = 0;
  const auto add = [&](std::string metric, const std::string& unit, bool lower_is_better, double value) {
    samples.push_back({.metric = std::move(metric),
                       .job = frame.job,
                       .boot = frame.boot,
                       .order = order++,
                       .clock = frame.clock,
                       .seed = frame.seed,
                       .unit = unit,
                       .lower_is_better = lower_is_better,
                       .value = value});
  };
  for (const ktap::Measured& measured : report.measured)
    for (const double value : measured.values) add(measured.metric, measured.unit, measured.lower_is_better, value);
  const auto before = events(vmstat.before);
  const std::string_view name = test.substr(test.find('/') + 1);
  for (const auto& [counter, after] : events(vmstat.after))
    if (const auto found = before.find(counter); found != before.end() && after > found->second)
      add(fmt::format("{}: vmstat {}", name, counter), std::string(model::kCounterUnit), true, static_cast<double>(after - found->second));
  return samples;
}

}  // namespace runner
