// SPDX-License-Identifier: Apache-2.0
// How the guests of a run came to be, where copies of frozen ones were used, and what checking those gave.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "report/exactness.h"
#include "report/sections.h"

namespace report {
namespace {

void add(model::GuestStarts& to, const model::GuestStarts& more) {
  to.restored += more.restored;
  to.cold += more.cold;
  to.fallbacks += more.fallbacks;
  to.checked += more.checked;
  to.differences.insert(to.differences.end(), more.differences.begin(), more.differences.end());
}

void add_lines(std::string& out, std::string name, const std::string& text, bool odd, const TerminalOptions& options) {
  for (const auto& line : wrap(text, options.width - 16)) {
    out += "  " + name + (odd ? paint(line, Colour::yellow, options) : line) + "\n";
    name = pad("", 14);
  }
}

std::string exact_section(const RunView& view, const TerminalOptions& options) {
  std::string out;
  for (const auto& [machine, found] : exactness(view.run)) {
    const std::string name = pad(base::printable(machine), 14);
    if (found.inexact()) add_lines(out, name, "INEXACT: what it measured is not what another run would", true, options);
    else if (found.exact())
      add_lines(out, name,
                fmt::format("exact: {} ran again and said the same to the byte",
                            found.checked == 1 ? "1 guest" : fmt::format("{} guests", found.checked)),
                false, options);
    else add_lines(out, name, "not checked in this run", false, options);
    for (const std::string& difference : found.differences)
      add_lines(out, pad("", 14), base::printable(difference), false, options);
  }
  return out.empty() ? out : "The instruction clock\n" + out;
}

std::string copies_section(const RunView& view, const TerminalOptions& options) {
  std::map<std::string, model::GuestStarts> machines;
  std::vector<std::string> order;
  for (const model::JobRecord& job : view.run.jobs) {
    if (job.starts.restored + job.starts.fallbacks == 0) continue;
    if (!machines.contains(job.machine)) order.push_back(job.machine);
    add(machines[job.machine], job.starts);
  }
  std::string out;
  for (const std::string& machine : order) {
    const model::GuestStarts& starts = machines[machine];
    std::string text = fmt::format("restored {}, cold {}, fallbacks {}; {} checked in a booted guest: ", starts.restored, starts.cold,
                                   starts.fallbacks, starts.checked);
    text += starts.differences.empty() ? "no difference" : fmt::format("{} DIFFERENT", starts.differences.size());
    const bool odd = !starts.differences.empty() || starts.fallbacks > 0;
    add_lines(out, pad(base::printable(machine), 14), text, odd, options);
    for (const std::string& difference : starts.differences)
      add_lines(out, pad("", 14), base::printable(difference), false, options);
  }
  return out.empty() ? out : "A guest per test\n" + out;
}

}  // namespace

std::string guests_section(const RunView& view, const TerminalOptions& options) {
  return copies_section(view, options) + exact_section(view, options);
}

}  // namespace report
