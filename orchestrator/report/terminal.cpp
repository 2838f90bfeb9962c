// SPDX-License-Identifier: Apache-2.0
#include "report/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>

#include "base/text.h"
#include "base/units.h"
#include "compare/verdict.h"
#include "report/sections.h"

namespace report {
namespace {

using model::Outcome;

std::string kernels_of(const model::Run& run) {
  std::vector<std::string> kernels;
  for (const auto& job : run.jobs) {
    std::string name = job.kernel.version.empty() ? job.kernel.source : job.kernel.version;
    if (name.empty()) continue;
    if (!job.kernel.version.empty() && !job.kernel.source.empty())
      name += " (" + job.kernel.source + ")";
    for (const auto& patch : job.kernel.patches) name += " + " + patch;
    if (!job.selftests.empty() && job.selftests != job.kernel.source)
      name += ", selftests " + job.selftests;
    if (std::ranges::find(kernels, name) == kernels.end()) kernels.push_back(name);
  }
  return base::printable(base::join(kernels, "; "));
}

std::optional<std::chrono::seconds> seconds_of(const std::string& utc) {
  std::tm time{};
  if (strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time) == nullptr) return std::nullopt;
  return std::chrono::seconds(timegm(&time));
}

std::string took(const model::Run& run) {
  const auto start = seconds_of(run.started_at), end = seconds_of(run.finished_at);
  return start && end ? base::format_duration(*end - *start) : "";
}

std::string header(const RunView& view, const TerminalOptions& options) {
  std::string out = paint(fmt::format("run {}", view.run.id), Colour::bold, options);
  if (!view.run.scenario.empty()) out += "  " + base::printable(view.run.scenario);
  if (const std::string time = took(view.run); !time.empty()) out += "  " + time;
  if (view.state != store::RunState::finished)
    out += "  " + paint(to_string(view.state), Colour::yellow, options);
  out += "\n";
  if (const std::string kernels = kernels_of(view.run); !kernels.empty())
    for (const auto& line : wrap("linux " + kernels, options.width)) out += line + "\n";
  return out + "\n";
}

std::string counts_text(const model::OutcomeCounts& counts, bool bad,
                        const TerminalOptions& options) {
  std::vector<Outcome> order(model::all_outcomes().begin(), model::all_outcomes().end());
  std::ranges::sort(order, {}, model::merge_rank);
  std::vector<std::string> parts;
  for (const Outcome outcome : order) {
    const auto verdict = verdict_of(outcome);
    const bool wanted = verdict == model::Verdict::bad || verdict == model::Verdict::none;
    if (counts.of(outcome) == 0 || wanted != bad) continue;
    parts.push_back(paint(fmt::format("{} {}", grouped(counts.of(outcome)), to_string(outcome)),
                          colour_of(outcome), options));
  }
  return base::join(parts, ", ");
}

}  // namespace

namespace {

struct VerdictText {
  std::string word;
  Colour colour = Colour::red;
  std::vector<std::string> parts;  // painted
};

// "mostly unfit: mm/cow and mm/gup_longterm on ppc32-e500, mm/x on arm64"
std::string gaps_text(const std::vector<compare::TestKey>& gaps) {
  std::vector<std::string> machines;
  for (std::size_t i = 0; i < gaps.size();) {
    std::vector<std::string> tests;
    const std::string& column = gaps[i].column;
    for (; i < gaps.size() && gaps[i].column == column; ++i) tests.push_back(base::printable(gaps[i].test));
    machines.push_back(base::join(tests, ", ") + " on " + base::printable(column));
  }
  return "mostly unfit: " + base::join(machines, "; ");
}

VerdictText verdict_of_run(const RunView& view, const TerminalOptions& options) {
  const auto counts = compare::count(view.settled);
  const std::string bad = counts_text(counts, true, options),
                    rest = counts_text(counts, false, options);
  const bool nothing = compare::cases_that_ran(view.settled) == 0;
  const auto gaps = compare::mostly_unfit(view.settled);
  VerdictText out;
  if (!view.expectations.empty() && exit_code(view) != 3) {
    const auto met = std::ranges::count_if(view.expectations, [](const auto& one) { return one.met; });
    const bool all = exit_code(view) == 0;
    out.word = all ? "AS EXPECTED" : "NOT AS EXPECTED";
    out.colour = all ? Colour::green : Colour::red;
    out.parts.push_back(fmt::format("{} of {} outcomes are those that the scenario expects", met, view.expectations.size()));
  } else if (const int code = exit_code(view); code == 1) {
    out.word = nothing && bad.empty() ? "NOTHING RAN" : "BAD";
  } else if (code == 3) {
    out.word = "NO VERDICT (infrastructure)";
    out.colour = Colour::magenta;
  } else if (nothing) {
    out.word = "NOTHING RAN, as the scenario says";
    out.colour = Colour::yellow;
  } else if (view.state == store::RunState::running) {
    out.word = "GOOD SO FAR";
    out.colour = Colour::yellow;
  } else if (!gaps.empty()) {
    out.word = "GOOD WHERE IT RAN";
    out.colour = Colour::yellow;
  } else {
    out.word = "GOOD";
    out.colour = Colour::green;
  }
  if (!bad.empty()) out.parts.push_back(bad);
  if (const auto n = view.settled.ran_nothing.size(); n > 0)
    out.parts.push_back(paint(plural(n, "planned test") + " ran nothing", Colour::red, options));
  if (!rest.empty()) out.parts.push_back(rest);
  if (!gaps.empty()) out.parts.push_back(paint(gaps_text(gaps), Colour::yellow, options));
  if (const auto n = view.settled.pending.size(); n > 0)
    out.parts.push_back(plural(n, "test") + " to go");
  return out;
}

}  // namespace

std::string verdict_line(const RunView& view, const TerminalOptions& options) {
  const VerdictText text = verdict_of_run(view, options);
  const std::string word = paint(text.word, text.colour, options);
  return text.parts.empty() ? word : word + ": " + base::join(text.parts, "; ");
}

std::string news_section(const RunView& view, const TerminalOptions& options) {
  std::string out;
  for (const auto& c : view.settled.cases) {
    if (c.outcome != Outcome::xpass) continue;
    const std::string why = c.note.empty() ? "" : fmt::format(" (known failure: {})", c.note);
    for (const auto& line : wrap(fmt::format("xpass on {}: {}{}", base::printable(c.column),
                                             base::printable(c.result.id), base::printable(why)),
                                 options.width - 2))
      out += "  " + paint(line, Colour::cyan, options) + "\n";
  }
  for (const auto& note : view.notes)
    for (const auto& line : wrap(note.message, options.width - 2)) out += "  " + line + "\n";
  for (const auto& remark : view.remarks)
    for (const auto& line : wrap(base::printable(remark), options.width - 2))
      out += "  " + line + "\n";
  return out.empty() ? out : paint("News\n", Colour::cyan, options) + out;
}

std::string terminal_text(const RunView& view, const TerminalOptions& given) {
  TerminalOptions options = given;
  options.width = std::clamp<std::size_t>(options.width, 40, 240);
  const ReasonMarks marks = reason_marks(view);
  std::string out = header(view, options) + bad_section(view, options);
  for (const std::string& section :
       {matrix_section(view, marks, options), measured_section(view, options), not_run_section(view, marks, options),
        announced_section(view, options), guests_section(view, options), expectations_section(view, options), news_section(view, options)})
    if (!section.empty()) out += section + "\n";
  TerminalOptions plain = options;
  plain.colour = false;
  if (display_width(verdict_line(view, plain)) <= options.width)
    return out + verdict_line(view, options) + "\n";
  const VerdictText verdict = verdict_of_run(view, options);
  out += paint(verdict.word, verdict.colour, options) + "\n";
  for (const std::string& part : verdict.parts) out += "  " + part + "\n";
  return out;
}

}  // namespace report
