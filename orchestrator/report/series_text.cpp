// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/series.h"

namespace report {
namespace {

using compare::Finding;
using compare::FindingKind;
using compare::SeriesCell;
using compare::SeriesColumn;
using compare::SeriesStep;
using compare::StepBuild;

constexpr std::size_t kColumnsShown = 12;
constexpr std::size_t kCasesShown = 6;
constexpr std::size_t kSubjectWidth = 56;

std::string letter(std::size_t index) { return std::string(1, static_cast<char>('A' + index)); }

std::string build_text(const SeriesStep& step, const std::vector<std::string>& machines) {
  std::size_t failed = 0, known = 0;
  for (const std::string& machine : machines) {
    const auto build = step.builds.find(machine);
    if (build == step.builds.end() || build->second.state == StepBuild::State::unknown) continue;
    ++known;
    if (build->second.state == StepBuild::State::failed) ++failed;
  }
  if (known == 0) return "?";
  if (failed == 0) return "ok";
  return failed == known ? "FAILS" : fmt::format("FAILS {}/{}", failed, known);
}

// "pass", "2 fail/21": the worst, and of how many.
std::string cell_text(const SeriesCell& cell) {
  if (!cell.built) return "-";
  const auto worst = cell.counts.merged();
  if (!worst) return "?";
  const std::string name(to_string(*worst));
  if (cell.counts.total() == 1) return name;
  const std::size_t n = cell.counts.of(*worst);
  return n == cell.counts.total() ? fmt::format("{} {}", n, name) : fmt::format("{} {}/{}", n, name, cell.counts.total());
}

bool same_verdict(const SeriesCell& a, const SeriesCell& b) { return a.built && b.built && a == b; }

// The cell where it differs from the last one that says anything; a dot where it is as before.
std::string matrix_cell(const SeriesColumn& column, std::size_t step) {
  const SeriesCell& cell = column.cells[step];
  if (step == 0 || !cell.built || cell.counts.total() == 0) return cell_text(cell);
  for (std::size_t before = step; before-- > 0;) {
    const SeriesCell& last = column.cells[before];
    if (!last.built || last.counts.total() == 0 || last.counts.of(model::Outcome::infra) > 0) continue;
    return same_verdict(last, cell) ? "." : cell_text(cell);
  }
  return cell_text(cell);
}

std::string step_name(const SeriesStep& step) {
  return step.temporary.empty() ? fmt::format("{} ", step.number) : fmt::format("[{}]", step.number);
}

// "= 3": the kernel of step 3, on every machine.
std::string same_kernel(const SeriesStep& step, std::size_t machines) {
  if (step.same_as.empty()) return {};
  const int first = step.same_as.begin()->second;
  const bool all = step.same_as.size() == machines &&
                   std::ranges::all_of(step.same_as, [&](const auto& entry) { return entry.second == first; });
  return all ? fmt::format("= {}", first) : fmt::format("= on {} of {}", step.same_as.size(), machines);
}

std::string matrix(const SeriesView& view, std::size_t shown, const TerminalOptions& options) {
  const compare::SeriesReport& report = view.report;
  std::vector<std::vector<std::string>> rows;
  const bool any_same = std::ranges::any_of(report.steps, [](const SeriesStep& s) { return !s.same_as.empty(); });
  std::vector<std::string> head{"STEP", "", "BUILD"};
  if (any_same) head.emplace_back("KERNEL");
  for (std::size_t i = 0; i < shown; ++i) head.push_back(letter(i));
  rows.push_back(head);
  for (std::size_t i = 0; i < report.steps.size(); ++i) {
    const SeriesStep& step = report.steps[i];
    std::vector<std::string> row{step_name(step), base::printable(i == 0 ? view.base : step.subject),
                                 build_text(step, report.machines)};
    if (any_same) row.push_back(same_kernel(step, report.machines.size()));
    for (std::size_t c = 0; c < shown; ++c) row.push_back(matrix_cell(report.columns[c], i));
    rows.push_back(std::move(row));
  }
  std::vector<std::size_t> widths(head.size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  std::size_t others = 2 + 2 * (widths.size() - 1);
  for (std::size_t c = 0; c < widths.size(); ++c)
    if (c != 1) others += widths[c];
  const std::size_t room = options.width > others + 20 ? options.width - others : 20;
  widths[1] = std::min({widths[1], room, kSubjectWidth});
  std::string out;
  for (const auto& row : rows) {
    std::string line = "  ";
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string text = fit(row[c], widths[c]);
      // Numbers stand in a line, with their brackets or without.
      if (c == 0) line += std::string(widths[0] - display_width(text), ' ') + text;
      else line += "  " + (c + 1 == row.size() ? text : pad(text, widths[c]));
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string machines_text(const std::vector<std::string>& machines) { return base::printable(base::join(machines, ", ")); }

std::string legend(const compare::SeriesReport& report, std::size_t shown, const TerminalOptions& options) {
  std::string out;
  for (std::size_t i = 0; i < shown; ++i)
    out += "  " + fit(fmt::format("{}  {} on {}", letter(i), base::printable(report.columns[i].test), machines_text(report.columns[i].machines)),
                      options.width - 2) + "\n";
  std::size_t varying = 0, steady = 0;
  model::OutcomeCounts counts;
  for (const SeriesColumn& column : report.columns) {
    if (column.varies) {
      varying += 1;
      continue;
    }
    steady += column.machines.size();
    const auto cell = std::ranges::find_if(column.cells, [](const SeriesCell& c) {
      return c.counts.total() > 0 && c.counts.of(model::Outcome::infra) == 0;
    });
    if (cell == column.cells.end()) continue;
    if (const auto worst = cell->counts.merged()) counts.add(*worst, column.machines.size());
  }
  if (varying > shown) out += fmt::format("  {} more that differ: --json\n", varying - shown);
  if (steady > 0) {
    std::string words;
    for (const model::Outcome outcome : model::all_outcomes())
      if (counts.of(outcome) > 0) words += fmt::format("{}{} {}", words.empty() ? "" : ", ", grouped(counts.of(outcome)), to_string(outcome));
    out += fmt::format("  the same at every step: {}{}\n", plural(steady, "test"), words.empty() ? "" : " (" + words + ")");
  }
  if (report.bad_all_along > 0)
    out += fmt::format("  {} bad in the same way from the base to the end\n", plural(report.bad_all_along, "case"));
  return out;
}

Colour colour_of(const Finding& finding) {
  if (finding.worse) return Colour::red;
  switch (finding.kind) {
    case FindingKind::no_verdict: return Colour::magenta;
    case FindingKind::repaired:
    case FindingKind::build_repaired:
    case FindingKind::boot_repaired:
    case FindingKind::started: return Colour::green;
    default: return Colour::yellow;
  }
}

// A repair of what the series itself broke stands with what broke.
bool told_elsewhere(const Finding& finding) {
  const bool repair = finding.kind == FindingKind::repaired || finding.kind == FindingKind::build_repaired ||
                      finding.kind == FindingKind::boot_repaired;
  return repair && finding.since > 0 && finding.rate.empty();
}

std::string details(const Finding& finding, const TerminalOptions& options) {
  std::string out;
  const auto add = [&](const std::string& text, std::size_t indent) {
    for (const std::string& line : wrap(text, options.width - indent)) out += std::string(indent, ' ') + line + "\n";
  };
  if (finding.kind == FindingKind::new_warning) {
    add(machines_text(finding.machines) + ":", 6);
    for (std::size_t i = 0; i < std::min(finding.cases.size(), kCasesShown); ++i) add(base::printable(finding.cases[i]), 8);
    if (finding.cases.size() > kCasesShown) add(fmt::format("and {} more", finding.cases.size() - kCasesShown), 8);
    return out;
  }
  std::string line = finding.test.empty() ? machines_text(finding.machines)
                                          : fmt::format("{} on {}", base::printable(finding.test), machines_text(finding.machines));
  if (!finding.reason.empty()) line += ": " + fit(base::printable(finding.reason), 200);
  if (!finding.rate.empty()) line += fmt::format(" ({})", finding.rate);
  if (!finding.handle.empty() && finding.kind != FindingKind::repaired) line += "  [" + finding.handle + "]";
  add(line, 6);
  if (finding.cases.size() == 1 && finding.cases.front() == finding.test) return out;
  if (finding.test.empty()) return out;
  for (std::size_t i = 0; i < std::min(finding.cases.size(), kCasesShown); ++i) add(base::printable(finding.cases[i]), 8);
  if (finding.cases.size() > kCasesShown) add(fmt::format("and {} more of its cases", finding.cases.size() - kCasesShown), 8);
  return out;
}

bool untested(const Finding& finding) { return finding.kind == FindingKind::no_verdict && finding.test.empty(); }

// Steps that nobody came to, one after the other, are one line. Moves `at` to the last of them.
std::string untested_text(const std::vector<Finding>& all, std::size_t& at) {
  const Finding& first = all[at];
  while (at + 1 < all.size() && untested(all[at + 1]) && all[at + 1].step == all[at].step + 1 &&
         all[at + 1].machines == first.machines && all[at + 1].reason == first.reason)
    ++at;
  const std::string steps = all[at].step == first.step ? std::to_string(first.step) : fmt::format("{} to {}", first.step, all[at].step);
  return fmt::format("no verdict at {}: {}, on {}", steps, base::printable(first.reason), machines_text(first.machines));
}

std::string findings(const compare::SeriesReport& report, const TerminalOptions& options) {
  std::string out, last;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
    if (told_elsewhere(finding)) continue;
    if (untested(finding)) {
      last.clear();
      for (const std::string& line : wrap(untested_text(report.findings, i), options.width - 2))
        out += "  " + paint(line, Colour::magenta, options) + "\n";
      continue;
    }
    const std::string head = finding_text(finding, report);
    if (head != last)
      for (const std::string& line : wrap(head, options.width - 2)) out += "  " + paint(line, colour_of(finding), options) + "\n";
    last = head;
    out += details(finding, options);
  }
  return out.empty() ? out : "Findings\n" + out + "\n";
}

std::string verdict(const SeriesView& view, const TerminalOptions& options) {
  const compare::SeriesReport& report = view.report;
  const auto worse = static_cast<std::size_t>(std::ranges::count_if(report.findings, &Finding::worse));
  const auto temporary = static_cast<std::size_t>(std::ranges::count_if(report.findings, &Finding::temporary));
  const std::string also = temporary > 0 ? fmt::format("; {} of temporary patches not counted", plural(temporary, "finding")) : "";
  if (worse > 0) return paint("WORSE", Colour::red, options) + ": " + plural(worse, "finding") + also;
  if (report.complete && !report.ran) return paint("NO VERDICT", Colour::red, options) + ": no test ran at any step" + also;
  if (!report.complete || report.exit_code() != 0)
    return paint("NO VERDICT", Colour::magenta, options) + ": not every step was tested" + also;
  return paint("NOT WORSE", Colour::green, options) + " than the base at any of " + plural(report.steps.size() - 1, "step") + also;
}

}  // namespace

std::string series_text(const SeriesView& view, const TerminalOptions& given) {
  TerminalOptions options = given;
  options.width = std::clamp<std::size_t>(options.width, 60, 240);
  const compare::SeriesReport& report = view.report;
  std::string out = fmt::format("series {}  {}\n", view.id, base::printable(view.title));
  out += fmt::format("{} on {}, {}\n", plural(report.steps.empty() ? 0 : report.steps.size() - 1, "step"), base::printable(view.base),
                     machines_text(report.machines));
  for (const std::string& remark : view.remarks)
    for (const std::string& line : wrap("note: " + base::printable(remark), options.width)) out += line + "\n";
  const auto varying = static_cast<std::size_t>(std::ranges::count_if(report.columns, &SeriesColumn::varies));
  const std::size_t shown = std::min(varying, kColumnsShown);
  out += "\n" + matrix(view, shown, options) + "\n" + legend(report, shown, options) + "\n" + findings(report, options);
  for (const SeriesStep& step : report.steps)
    if (!step.temporary.empty())
      out += fmt::format("[{}] is temporary: {}\n", step.number, base::printable(step.temporary));
  out += verdict(view, options) + "\n";
  if (view.interrupted || !report.complete) out += fmt::format("go on: vmlab series --resume {}\n", view.id);
  return out;
}

}  // namespace report
