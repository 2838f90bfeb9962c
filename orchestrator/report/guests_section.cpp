// SPDX-License-Identifier: Apache-2.0
// How the guests of a run came to be, where copies of frozen ones were used, and what checking those gave.
#include <fmt/format.h>

#include <map>

#include "base/text.h"
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

}  // namespace

std::string guests_section(const RunView& view, const TerminalOptions& options) {
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
    std::string name = pad(base::printable(machine), 14);
    for (const auto& line : wrap(text, options.width - 16)) {
      out += "  " + name + (odd ? paint(line, Colour::yellow, options) : line) + "\n";
      name = pad("", 14);
    }
    for (const std::string& difference : starts.differences)
      for (const auto& line : wrap(base::printable(difference), options.width - 16)) out += "  " + pad("", 14) + line + "\n";
  }
  return out.empty() ? out : "A guest per test\n" + out;
}

}  // namespace report
