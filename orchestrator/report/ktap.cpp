// SPDX-License-Identifier: Apache-2.0
#include "report/ktap.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/escape.h"

namespace report {
namespace {

using compare::Case;
using model::Outcome;

constexpr std::size_t kEvidenceLines = 12;

struct Line {
  bool ok;
  std::string directive;  // with its leading blank, or empty
};

Line line_of(const Case& c) {
  const std::string why = c.note.empty() ? c.result.reason.value_or("") : c.note;
  const auto directive = [&](std::string_view word) {
    return why.empty() ? fmt::format(" # {}", word)
                       : fmt::format(" # {} {}", word, ktap_clean(why));
  };
  switch (c.outcome) {
    case Outcome::pass:
    case Outcome::xpass:
      return {true, ""};
    case Outcome::skip:
    case Outcome::unfit:
      return {true, directive("SKIP")};
    case Outcome::xfail:
      return {true, directive("XFAIL")};
    case Outcome::hang:
      return {false, directive("TIMEOUT")};
    case Outcome::infra:
    case Outcome::missing:
    case Outcome::build_fail:
    case Outcome::boot_fail:
      return {false, directive("ERROR")};
    case Outcome::fail:
    case Outcome::crash:
      return {false, ""};
  }
  return {false, ""};
}

// A subtest's own line says only whether all of it is fine; the reasons are with its cases.
std::string own_line(bool ok, std::size_t number, std::string_view name,
                     std::string_view directive) {
  return fmt::format("{} {} {}{}\n", ok ? "ok" : "not ok", number, ktap_clean(name), directive);
}

std::string case_text(const Case& c, std::size_t number, std::string_view indent) {
  const Line line = line_of(c);
  std::string out;
  const auto say = [&](std::string_view text) {
    out += fmt::format("{}# {}\n", indent, base::printable(text));
  };
  // Diagnostics belong to the line that follows them.
  if (!line.ok) {
    say(fmt::format("{}{}", to_string(c.outcome), c.result.reason ? ": " + *c.result.reason : ""));
    const auto lines = base::split_lines(c.result.evidence);
    for (std::size_t i = 0; i < lines.size() && i < kEvidenceLines; ++i)
      say(lines[i].substr(0, 400));
    if (!c.result.handle.empty()) say("vmlab reproduce " + c.result.handle);
  }
  const std::string name = c.result.id.starts_with(c.result.test + "/")
                               ? c.result.id.substr(c.result.test.size() + 1)
                               : c.result.id;
  return out + std::string(indent) + own_line(line.ok, number, name, line.directive);
}

}  // namespace

std::string ktap_text(const RunView& view) {
  const auto& settled = view.settled;
  std::map<compare::TestKey, std::vector<const Case*>> by_test;
  for (const Case& c : settled.cases) by_test[{c.column, c.result.test}].push_back(&c);

  std::string out = fmt::format("KTAP version 1\n1..{}\n", settled.columns.size());
  std::size_t column_number = 0;
  for (const auto& column : settled.columns) {
    std::string tests;
    std::size_t test_number = 0;
    bool column_ok = true;
    for (const auto& test : settled.tests) {
      const auto found = by_test.find({column, test});
      if (found == by_test.end()) continue;
      const auto& cases = found->second;
      tests += fmt::format("    KTAP version 1\n    1..{}\n", cases.size());
      bool ok = true, idle = true;
      std::size_t number = 0;
      for (const Case* c : cases) {
        tests += case_text(*c, ++number, "    ");
        ok &= line_of(*c).ok;
        idle &= verdict_of(c->outcome) == model::Verdict::neutral;
      }
      const bool ran_nothing =
          std::ranges::find(settled.ran_nothing, found->first) != settled.ran_nothing.end();
      if (ran_nothing) tests += "  # planned, but every case was skipped\n";
      ok &= !ran_nothing;
      tests += "  " + own_line(ok, ++test_number, test, ok && idle ? " # SKIP" : "");
      column_ok &= ok;
    }
    out += fmt::format("  KTAP version 1\n  1..{}\n{}", test_number, tests);
    out += own_line(column_ok, ++column_number, column, "");
  }
  return out;
}

}  // namespace report
