// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/sections.h"

namespace report {
namespace {

using compare::Case;
using model::Outcome;

// 0 -> "a", 25 -> "z", 26 -> "aa".
std::string letters(std::size_t n) {
  std::string out(1, static_cast<char>('a' + n % 26));
  while (n >= 26) {
    n = n / 26 - 1;
    out.insert(out.begin(), static_cast<char>('a' + n % 26));
  }
  return out;
}

struct Reason {
  model::OutcomeCounts counts;
  std::map<std::string, std::vector<std::string>> tests;  // test -> columns, in the run's order
  std::vector<std::string> test_order;
  std::size_t first_seen = 0;
};

std::map<std::string, Reason> reasons_of(const RunView& view) {
  std::map<std::string, Reason> out;
  for (const Case& c : view.settled.cases) {
    if (verdict_of(c.outcome) != model::Verdict::neutral) continue;
    const auto [at, added] = out.try_emplace(c.result.reason.value_or(""));
    if (added) at->second.first_seen = out.size();
    Reason& reason = at->second;
    reason.counts.add(c.outcome);
    auto& columns = reason.tests[c.result.test];
    if (columns.empty()) reason.test_order.push_back(c.result.test);
    if (std::ranges::find(columns, c.column) == columns.end()) columns.push_back(c.column);
  }
  return out;
}

// The commonest first.
std::vector<std::pair<std::string, const Reason*>> in_order(
    const std::map<std::string, Reason>& reasons) {
  std::vector<std::pair<std::string, const Reason*>> out;
  for (const auto& [text, reason] : reasons) out.emplace_back(text, &reason);
  std::ranges::sort(out, {}, [](const auto& r) {
    return std::pair(-static_cast<long>(r.second->counts.total()), r.second->first_seen);
  });
  return out;
}

// "mm/cow (x86_64, arm64), mm/pkey (arm64)"; one list of machines when all tests share it.
std::string where(const Reason& reason) {
  std::vector<std::string> parts;
  const auto& first = reason.tests.at(reason.test_order.front());
  const bool same =
      std::ranges::all_of(reason.tests, [&](const auto& t) { return t.second == first; });
  for (const auto& test : reason.test_order) {
    if (same)
      parts.push_back(test);
    else
      parts.push_back(fmt::format("{} ({})", test, base::join(reason.tests.at(test), ", ")));
  }
  std::string out = base::join(parts, ", ");
  if (same) out += " on " + base::join(first, ", ");
  return base::printable(out);
}

}  // namespace

ReasonMarks reason_marks(const RunView& view) {
  ReasonMarks marks;
  const auto reasons = reasons_of(view);
  for (const auto& [text, reason] : in_order(reasons)) marks.emplace(text, letters(marks.size()));
  return marks;
}

std::string not_run_section(const RunView& view, const ReasonMarks& marks,
                            const TerminalOptions& options) {
  const auto reasons = reasons_of(view);
  if (reasons.empty()) return {};
  constexpr std::size_t kShown = 30;
  std::string out = paint("Did not run\n", Colour::yellow, options);
  std::size_t shown = 0;
  for (const auto& [text, reason] : in_order(reasons)) {
    if (shown++ == kShown) {
      out += fmt::format("  ... and {} more reasons: vmlab report {} --json has all\n",
                         reasons.size() - kShown, view.run.id);
      break;
    }
    std::vector<std::string> counts;
    for (const Outcome outcome : {Outcome::unfit, Outcome::skip})
      if (const auto n = reason->counts.of(outcome); n > 0)
        counts.push_back(fmt::format("{} {}", grouped(n), to_string(outcome)));
    const std::string mark = fmt::format("[{}]", marks.at(text));
    const std::string said = text.empty() ? "no reason given" : fit(base::printable(text), 300);
    const auto lines =
        wrap(fmt::format("{}: {}", base::join(counts, ", "), said), options.width - 8);
    out += fmt::format("  {:<5} {}\n", mark, lines.front());
    for (std::size_t i = 1; i < lines.size(); ++i) out += std::string(8, ' ') + lines[i] + "\n";
    for (const auto& line : wrap(fit(where(*reason), 4 * options.width), options.width - 8))
      out += std::string(8, ' ') + paint(line, Colour::dim, options) + "\n";
  }
  return out;
}

}  // namespace report
