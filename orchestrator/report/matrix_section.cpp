// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "report/sections.h"

namespace report {
namespace {

using compare::TestKey;
using model::Outcome;

struct Cell {
  std::string text = "-";
  Colour colour = Colour::dim;
};

struct CellData {
  model::OutcomeCounts counts;
  std::map<std::string, std::size_t> reasons;  // of what did not run
  bool flaky = false;
};

std::string commonest(const std::map<std::string, std::size_t>& reasons) {
  const auto best = std::ranges::max_element(reasons, {}, [](const auto& r) { return r.second; });
  return best == reasons.end() ? "" : best->first;
}

Cell cell_of(const CellData& data, bool ran_nothing, const ReasonMarks& marks) {
  const Outcome merged = *data.counts.merged();
  const std::size_t total = data.counts.total();
  Cell cell{.text = {}, .colour = colour_of(merged)};
  if (verdict_of(merged) == model::Verdict::neutral) {
    const auto mark = marks.find(commonest(data.reasons));
    const std::string where = mark == marks.end() ? "" : fmt::format(" [{}]", mark->second);
    if (ran_nothing) return {fmt::format("0/{} ran{}", total, where), Colour::red};
    return {fmt::format("{}{}", to_string(merged), where), cell.colour};
  }
  const std::size_t n = data.counts.of(merged);
  if (total == 1)
    cell.text = to_string(merged);
  else if (n == total)
    cell.text = fmt::format("{} {}", n, to_string(merged));
  else
    cell.text = fmt::format("{} {}/{}", n, to_string(merged), total);
  if (data.flaky) cell.text += " flaky";
  return cell;
}

}  // namespace

Colour colour_of(Outcome outcome) {
  switch (verdict_of(outcome)) {
    case model::Verdict::good:
      return Colour::green;
    case model::Verdict::bad:
      return Colour::red;
    case model::Verdict::news:
      return Colour::cyan;
    case model::Verdict::neutral:
      return Colour::yellow;
    case model::Verdict::none:
      return Colour::magenta;
  }
  return Colour::none;
}

std::string matrix_section(const RunView& view, const ReasonMarks& marks,
                           const TerminalOptions& options) {
  const auto& settled = view.settled;
  if (settled.tests.empty() || settled.columns.empty()) return {};
  std::map<TestKey, CellData> data;
  for (const auto& c : settled.cases) {
    CellData& cell = data[{c.column, c.result.test}];
    cell.counts.add(c.outcome);
    cell.flaky |= c.bad_attempts > 0 && c.bad_attempts < c.attempts;
    if (verdict_of(c.outcome) == model::Verdict::neutral)
      ++cell.reasons[c.result.reason.value_or("")];
  }
  const std::set<TestKey> ran_nothing(settled.ran_nothing.begin(), settled.ran_nothing.end());
  const std::set<TestKey> pending(settled.pending.begin(), settled.pending.end());

  std::size_t name_width = 4;
  for (const auto& test : settled.tests)
    name_width = std::max(name_width, display_width(base::printable(test)));
  name_width = std::min(name_width, std::max<std::size_t>(options.width * 2 / 5, 16));

  std::vector<std::vector<Cell>> cells(settled.columns.size());
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < settled.columns.size(); ++i) {
    std::size_t width = display_width(base::printable(settled.columns[i]));
    for (const auto& test : settled.tests) {
      const TestKey key{settled.columns[i], test};
      Cell cell;
      if (const auto found = data.find(key); found != data.end())
        cell = cell_of(found->second, ran_nothing.contains(key), marks);
      else if (pending.contains(key))
        cell.text = "...";
      width = std::max(width, display_width(cell.text));
      cells[i].push_back(std::move(cell));
    }
    widths.push_back(width);
  }

  // As many columns side by side as fit; the rest in a table below.
  std::string out;
  for (std::size_t from = 0, to = 0; from < widths.size(); from = to) {
    std::size_t used = name_width + 2;
    while (to < widths.size() && (to == from || used + widths[to] + 2 <= options.width))
      used += widths[to++] + 2;
    std::string head = std::string(name_width + 2, ' ');
    for (std::size_t i = from; i < to; ++i)
      head += "  " + pad(base::printable(settled.columns[i]), widths[i]);
    while (head.ends_with(' ')) head.pop_back();
    out += paint(head, Colour::bold, options) + "\n";
    for (std::size_t row = 0; row < settled.tests.size(); ++row) {
      out += "  " + pad(fit(base::printable(settled.tests[row]), name_width), name_width);
      std::string gap;
      for (std::size_t i = from; i < to; ++i) {
        const Cell& cell = cells[i][row];
        out += gap + "  " + paint(cell.text, cell.colour, options);
        gap = std::string(widths[i] - display_width(cell.text), ' ');
      }
      out += "\n";
    }
    if (to < widths.size()) out += "\n";
  }
  return out;
}

}  // namespace report
