// SPDX-License-Identifier: Apache-2.0
#include "report/tables.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"

namespace report {
namespace {

using model::Outcome;

std::string counts(const model::OutcomeCounts& c) {
  std::vector<Outcome> order(model::all_outcomes().begin(), model::all_outcomes().end());
  std::ranges::sort(order, {}, model::merge_rank);
  std::vector<std::string> parts;
  for (const Outcome outcome : order)
    if (c.of(outcome) > 0) parts.push_back(fmt::format("{} {}", c.of(outcome), to_string(outcome)));
  return parts.empty() ? "no results" : base::join(parts, ", ");
}

std::string needs(const model::TestSpec& test) {
  std::vector<std::string> parts;
  const model::Needs& n = test.needs;
  if (n.memory_bytes > 0) parts.push_back(base::format_size(n.memory_bytes));
  for (const auto& pool : n.hugepages)
    parts.push_back(fmt::format("{}x{} pages", pool.pages, base::format_size(pool.page_bytes)));
  if (n.swap_bytes > 0) parts.push_back("swap " + base::format_size(n.swap_bytes));
  if (n.filesystem != model::ScratchFs::none)
    parts.emplace_back(to_string(n.filesystem));
  if (n.min_vcpus > 0) parts.push_back(fmt::format("{} vCPUs", n.min_vcpus));
  for (const auto& option : n.config) parts.push_back("CONFIG_" + option);
  for (const auto& feature : n.features) parts.push_back(feature);
  for (const auto& unfit : test.unfit) parts.push_back(fmt::format("not on {}", unfit.machine));
  return base::join(parts, ", ");
}

// A run may be of many scenarios; the table is there to find a run.
std::string few_names(const std::string& comma_separated) {
  const auto names = base::split(comma_separated, ',');
  if (names.size() < 3) return comma_separated;
  return fmt::format("{} and {} more", names.front(), names.size() - 1);
}

}  // namespace

std::string table(const std::vector<std::vector<std::string>>& rows,
                  const TerminalOptions& options) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], display_width(base::printable(row[i])));
    }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += pad(base::printable(row[i]), widths[i]) + (i + 1 < row.size() ? "  " : "");
    while (line.ends_with(' ')) line.pop_back();
    line = fit(line, options.width);
    out += (&row == &rows.front() ? paint(line, Colour::bold, options) : line) + "\n";
  }
  return out;
}

std::string runs_table(std::span<const store::RunSummary> runs, const TerminalOptions& options) {
  if (runs.empty()) return "no runs yet: vmlab run SCENARIO makes one\n";
  std::vector<std::vector<std::string>> rows{
      {"RUN", "SCENARIO", "STATE", "MACHINES", "RAW RESULTS"}};
  for (const auto& run : runs)
    rows.push_back({run.id, few_names(run.scenario), std::string(to_string(run.state)),
                    base::join(run.machines, ","), counts(run.counts)});
  return table(rows, options);
}

std::string machines_table(std::span<const model::Machine> machines,
                           const TerminalOptions& options) {
  std::vector<std::vector<std::string>> rows{
      {"MACHINE", "ARCH", "QEMU", "TYPE", "MEMORY", "VCPUS", "RESTORES"}};
  for (const auto& m : machines)
    rows.push_back({std::string(m.id), std::string(to_string(m.arch)), std::string(m.qemu),
                    std::string(m.machine_type), base::format_size(m.default_memory),
                    std::to_string(m.default_vcpus), m.restores ? "yes" : "no"});
  return table(rows, options);
}

std::string tests_table(std::span<const model::Scenario> scenarios,
                        const TerminalOptions& options) {
  std::vector<std::vector<std::string>> rows{{"TEST", "SCENARIO", "LIMIT", "COMMAND", "NEEDS"}};
  for (const auto& scenario : scenarios)
    for (const auto& test : scenario.tests) {
      std::string command = test.program;
      for (const auto& argument : test.arguments) command += " " + base::shell_quote(argument);
      rows.push_back(
          {test.id, scenario.name, base::format_duration(test.limit), command, needs(test)});
    }
  return table(rows, options);
}

std::string scenarios_table(std::span<const model::Scenario> scenarios,
                            const TerminalOptions& options) {
  std::vector<std::vector<std::string>> rows{
      {"SCENARIO", "TESTS", "MACHINES", "KERNEL", "FILE", "DESCRIPTION"}};
  for (const auto& s : scenarios)
    rows.push_back({s.name, std::to_string(s.tests.size()), base::join(s.machines, ","),
                    s.kernel.source.text(), s.file, s.description});
  return table(rows, options);
}

}  // namespace report
