// SPDX-License-Identifier: Apache-2.0
// What benchmarks measured: the median of each metric's values, a column for each machine.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "report/sections.h"
#include "report/tables.h"
#include "stats/summary.h"

namespace report {
namespace {

std::string value_text(double value) {
  if (value == 0) return "0";
  const double size = value < 0 ? -value : value;
  if (size >= 1e6 || size < 0.01) return fmt::format("{:.4g}", value);
  return fmt::format("{:.{}f}", value, size >= 1000 ? 0 : size >= 100 ? 1 : 2);
}

}  // namespace

std::string measured_section(const RunView& view, const TerminalOptions& options) {
  std::map<std::string, std::string> machine_of;
  std::vector<std::string> machines;
  for (const model::JobRecord& job : view.run.jobs) machine_of[job.job] = job.machine;
  std::map<std::pair<std::string, std::string>, std::vector<double>> values;
  std::vector<std::pair<std::string, std::string>> metrics;  // name and unit, in the order they were measured
  std::set<std::string> counters;
  for (const model::Sample& sample : view.run.samples) {
    if (sample.counter()) {  // they are in --json and for comparisons
      counters.insert(sample.metric);
      continue;
    }
    const std::string& machine = machine_of[sample.job];
    if (std::ranges::find(machines, machine) == machines.end()) machines.push_back(machine);
    const std::pair name{sample.metric, sample.unit};
    if (std::ranges::find(metrics, name) == metrics.end()) metrics.push_back(name);
    values[{sample.metric, machine}].push_back(sample.value);
  }
  if (metrics.empty()) return "";
  std::vector<std::vector<std::string>> rows{{"  metric", "unit"}};
  for (const std::string& machine : machines) rows.front().push_back(base::printable(machine));
  for (const auto& [metric, unit] : metrics) {
    std::vector<std::string> row{"  " + base::printable(metric), base::printable(unit)};
    for (const std::string& machine : machines) {
      const auto found = values.find({metric, machine});
      row.push_back(found == values.end() ? "-" : value_text(stats::median(found->second)));
    }
    rows.push_back(std::move(row));
  }
  const bool exact = std::ranges::all_of(view.run.samples, [](const auto& s) { return s.clock == model::Clock::instructions; });
  std::string out = fmt::format("Measured, medians by {}\n", exact ? "the instruction clock" : "the wall clock: compare within one run");
  out += table(rows, options);
  if (!counters.empty()) out += "  and " + plural(counters.size(), "counter") + " of the kernel, in --json\n";
  return out;
}

}  // namespace report
