// SPDX-License-Identifier: Apache-2.0
// What a finding of a series says, in one line.
#include <fmt/format.h>

#include "base/text.h"
#include "report/series.h"

namespace report {
namespace {

using compare::Finding;
using compare::FindingKind;
using compare::SeriesStep;

const SeriesStep& step_of(const compare::SeriesReport& report, int number) {
  return report.steps.at(static_cast<std::size_t>(number));
}

// "7", "[7]" of a temporary patch, "the base".
std::string number(const compare::SeriesReport& report, int step) {
  if (step <= 0) return "the base";
  return step_of(report, step).temporary.empty() ? std::to_string(step) : fmt::format("[{}]", step);
}

// "11", or "10 or 11" where nothing in between has a verdict, "7 to 11" where much has none.
std::string place(const Finding& finding, const compare::SeriesReport& report) {
  const int first = std::max(finding.after + 1, 1);
  if (finding.step - first < 1) return number(report, finding.step);
  return fmt::format("{} {} {}", number(report, first), finding.step - first == 1 ? "or" : "to", number(report, finding.step));
}

// " (mm: x, A Person <a@b>)"; nothing where it is not sure which patch it is.
std::string who(const Finding& finding, const compare::SeriesReport& report) {
  if (finding.gap() || finding.step < 1) return {};
  const SeriesStep& step = step_of(report, finding.step);
  std::string text = base::printable(step.subject);
  if (!step.author.empty()) text += ", " + base::printable(step.author);
  return " (" + text + ")";
}

std::string end_of(const Finding& finding, const compare::SeriesReport& report, std::string_view verb) {
  if (finding.until) return fmt::format(", {} at {}", verb, number(report, *finding.until));
  if (!report.complete) return ", and as far as was tested";
  return finding.temporary ? ", and to the end: nothing takes the patch back" : ", and to the end";
}

std::string history(const Finding& finding, const compare::SeriesReport& report) {
  if (!finding.again) return {};
  return fmt::format("; {} as at {}", finding.same_as_then ? "the same failure" : "not the same failure", number(report, *finding.again));
}

}  // namespace

std::string finding_text(const Finding& finding, const compare::SeriesReport& report) {
  const std::string at = place(finding, report), by = who(finding, report);
  const std::string temporary = finding.temporary ? ", a temporary patch" : "";
  switch (finding.kind) {
    case FindingKind::build_broken:
      return fmt::format("broken build at {}{}{}{}", at, temporary, end_of(finding, report, "repaired"), by);
    case FindingKind::build_repaired: return fmt::format("build repaired at {}{}", at, by);
    case FindingKind::boot_broken:
      return fmt::format("does not boot from {}{} on{}{}", at, temporary, end_of(finding, report, "repaired"), by);
    case FindingKind::boot_repaired: return fmt::format("boots again at {}{}", at, by);
    case FindingKind::new_warning:
      return fmt::format("new warning{} at {}{}{}", finding.cases.size() > 1 ? "s" : "", at, temporary, by);
    case FindingKind::broken:
      return fmt::format("{}: {}{}{}{}{}", finding.again ? "bad again" : finding.gap() ? "first bad is one of" : "first bad",
                         at, by, temporary, end_of(finding, report, "repaired"), history(finding, report));
    case FindingKind::other_failure:
      return fmt::format("another {}failure at {}, not the same one{}{}", finding.test.empty() ? "build or boot " : "", at, temporary, by);
    case FindingKind::repaired:
      if (finding.since <= 0) return fmt::format("repaired at {}, bad at the base{}", at, by);
      return fmt::format("repaired at {}, bad since {}{}", at, number(report, finding.since), by);
    case FindingKind::stopped:
      return fmt::format("does not run any more from {} on{}{}{}", at, finding.since >= 0 ? ", and was bad before" : "", temporary, by);
    case FindingKind::started: return fmt::format("runs from {} on{}", at, by);
    case FindingKind::gone: return fmt::format("not reported any more from {} on{}{}", at, temporary, by);
    case FindingKind::bad_before: return fmt::format("bad at {}, and nothing before it has a verdict", number(report, finding.step));
    case FindingKind::no_verdict: return fmt::format("no verdict at {}", number(report, finding.step));
  }
  return {};
}

}  // namespace report
