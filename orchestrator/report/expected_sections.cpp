// SPDX-License-Identifier: Apache-2.0
// What was said beforehand: kernel lines that tests announce, and outcomes that bad kernels must have.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "report/sections.h"

namespace report {
namespace {

// "'Memory failure*'" of "mm/x/kernel lines 'Memory failure*'": how room runner names these results.
std::string announced_pattern(const compare::Case& c) {
  constexpr std::string_view kKernelLines = "/kernel lines ";
  const std::string_view id = c.result.id;
  if (!id.starts_with(c.result.test) || !id.substr(c.result.test.size()).starts_with(kKernelLines)) return {};
  return std::string(id.substr(c.result.test.size() + kKernelLines.size()));
}

}  // namespace

std::string announced_section(const RunView& view, const TerminalOptions& options) {
  // Tests that say the same on several machines share a line.
  std::map<std::string, std::vector<std::string>> columns;
  std::vector<std::string> order;
  for (const compare::Case& c : view.settled.cases) {
    const std::string pattern = announced_pattern(c);
    if (pattern.empty() || !c.result.reason) continue;
    std::string text = base::printable(c.result.test + ": " + pattern + ", " + *c.result.reason);
    auto& on = columns[text];
    if (on.empty()) order.push_back(std::move(text));
    on.push_back(base::printable(c.column));
  }
  std::string out;
  for (const std::string& text : order)
    for (const auto& line : wrap(text + " (" + base::join(columns[text], ", ") + ")", options.width - 2)) out += "  " + line + "\n";
  return out.empty() ? out : "Kernel lines that tests announced\n" + out;
}

std::string expectations_section(const RunView& view, const TerminalOptions& options) {
  std::string out;
  for (const compare::CheckedExpectation& one : view.expectations) {
    std::string text = fmt::format("{} on {}: {}", base::printable(one.test), base::printable(one.column), to_string(one.seen));
    if (!one.met)
      text += one.expected ? fmt::format(", expected {}", to_string(*one.expected)) : ", expected nothing bad";
    for (const auto& line : wrap(text, options.width - 15))
      out += "  " + paint(pad(one.met ? "as expected" : "UNEXPECTED", 13), one.met ? Colour::green : Colour::red, options) + line + "\n";
  }
  return out.empty() ? out : "What the scenario expects\n" + out;
}

}  // namespace report
