// SPDX-License-Identifier: Apache-2.0
#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"

namespace report {
namespace {

using compare::Change;
using compare::Transition;

constexpr std::size_t kCasesPerTest = 8;

struct Heading {
  Transition transition;
  std::string_view text;
  Colour colour;
};

// Without the two that nobody wants listed: still_bad is counted, unchanged is silent.
constexpr Heading kHeadings[] = {
    {Transition::broken, "Broken: good before, bad now", Colour::red},
    {Transition::new_bad, "New and bad", Colour::red},
    {Transition::different, "Still bad, but in a different way", Colour::red},
    {Transition::gone, "Gone: neither planned nor reported any more", Colour::yellow},
    {Transition::stopped, "Does not run any more", Colour::yellow},
    {Transition::no_verdict, "No verdict: infrastructure failed on one side", Colour::magenta},
    {Transition::still_bad, "Bad as before", Colour::yellow},
    {Transition::excused, "Was bad, does not run any more", Colour::yellow},
    {Transition::fixed, "Fixed", Colour::green},
    {Transition::appeared, "New", Colour::green},
    {Transition::started, "Runs now", Colour::green},
};

std::string side(const std::optional<compare::Case>& c) {
  if (!c) return "-";
  std::string out(to_string(c->outcome));
  if (c->result.reason && verdict_of(c->outcome) != model::Verdict::good)
    out += fmt::format(" ({})", fit(base::printable(*c->result.reason), 120));
  return out;
}

// What one line says: a case and what became of it, on some machines.
struct Entry {
  std::string id;
  std::string what;
  std::vector<std::string> columns;
  std::string handle;
};

std::string what(const Change& change) {
  if (!change.before) return side(change.after);
  if (!change.after) return "was " + side(change.before);
  return side(change.before) + " -> " + side(change.after);
}

// By test, in the order of the runs.
std::vector<std::pair<std::string, std::vector<Entry>>> entries_of(
    const compare::Comparison& comparison, Transition transition) {
  std::vector<std::pair<std::string, std::vector<Entry>>> tests;
  std::map<std::string, std::size_t> test_index;
  std::map<std::pair<std::string, std::string>, std::size_t> entry_index;  // by id and what
  for (const Change& change : comparison.changes) {
    if (change.transition != transition) continue;
    const auto [at, added] = test_index.try_emplace(change.test, tests.size());
    if (added) tests.push_back({change.test, {}});
    auto& entries = tests[at->second].second;
    const std::string text = what(change);
    const auto [entry, fresh] = entry_index.try_emplace({change.id, text}, entries.size());
    if (fresh) {
      const auto& from = change.after ? change.after : change.before;
      entries.push_back(
          {.id = change.id, .what = text, .columns = {}, .handle = from->result.handle});
    }
    entries[entry->second].columns.push_back(change.column);
  }
  return tests;
}

// Good news of a whole test is one line per kind: what matters is that it is there.
std::vector<Entry> condensed(const std::string& test, const std::vector<Entry>& entries) {
  std::vector<Entry> out;
  std::vector<std::size_t> counts;
  for (const Entry& entry : entries) {
    const auto same = std::ranges::find_if(
        out, [&](const Entry& e) { return e.what == entry.what && e.columns == entry.columns; });
    if (same == out.end()) {
      out.push_back({.id = {}, .what = entry.what, .columns = entry.columns, .handle = {}});
      counts.push_back(1);
    } else {
      ++counts[static_cast<std::size_t>(same - out.begin())];
    }
  }
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i].id = fmt::format("{} ({})", test, plural(counts[i], "case"));
  return out;
}

std::string section(const compare::Comparison& comparison, const Heading& heading,
                    const TerminalOptions& options) {
  const std::size_t n = comparison.of(heading.transition);
  if (n == 0) return {};
  std::string out =
      paint(fmt::format("{} ({})", heading.text, grouped(n)), heading.colour, options) + "\n";
  for (const auto& [test, all] : entries_of(comparison, heading.transition)) {
    const bool condense = !worse(heading.transition) && all.size() > 3;
    const std::vector<Entry> entries = condense ? condensed(test, all) : all;
    std::size_t shown = 0;
    for (const Entry& entry : entries) {
      if (++shown > kCasesPerTest) {
        out +=
            fmt::format("  ... and {} of {}\n", plural(entries.size() - kCasesPerTest, "more case"),
                        base::printable(test));
        break;
      }
      for (const auto& line : wrap(base::printable(entry.id), options.width - 2))
        out += "  " + paint(line, Colour::bold, options) + "\n";
      std::string rest = base::printable(base::join(entry.columns, ", ")) + ": " + entry.what;
      if (!entry.handle.empty()) rest += "  [" + entry.handle + "]";
      for (const auto& line : wrap(rest, options.width - 6)) out += "      " + line + "\n";
    }
  }
  return out + "\n";
}

}  // namespace

std::string comparison_text(const compare::Comparison& comparison, const TerminalOptions& given) {
  TerminalOptions options = given;
  options.width = std::clamp<std::size_t>(options.width, 40, 240);
  std::string out = fmt::format("{} -> {}\n\n", comparison.before, comparison.after);
  for (const auto& [columns, text] :
       {std::pair(&comparison.columns_gone, "machines only in the first run"),
        std::pair(&comparison.columns_new, "machines only in the second run")})
    if (!columns->empty())
      out += fmt::format("{}: {}\n\n", text, base::printable(base::join(*columns, ", ")));
  for (const Heading& heading : kHeadings) out += section(comparison, heading, options);
  std::vector<std::string> counts;
  for (const Transition transition : compare::all_transitions())
    if (const auto n = comparison.of(transition); n > 0)
      counts.push_back(fmt::format("{} {}", grouped(n), to_string(transition)));
  const bool worse = comparison.any_worse();
  out += paint(worse ? "WORSE" : "NO WORSE", worse ? Colour::red : Colour::green, options);
  const std::string line =
      ": " + (counts.empty() ? "neither run has results" : base::join(counts, ", "));
  const auto lines = wrap(line, options.width - 10);
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i == 0 ? "" : "  ") + lines[i] + "\n";
  return out;
}

}  // namespace report
