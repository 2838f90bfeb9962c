// SPDX-License-Identifier: Apache-2.0
#include "compare/series.h"

#include <algorithm>
#include <tuple>

#include "compare/comparison.h"
#include "compare/series_view.h"
#include "compare/series_warnings.h"
#include "model/case_id.h"

namespace compare {
namespace {

using model::Outcome;

bool is_bad(const Case& c) { return verdict_of(c.outcome) == model::Verdict::bad; }

template <class Point>
std::vector<TrackPoint> points(const std::vector<StepView>& views, Point point) {
  std::vector<TrackPoint> out;
  for (const StepView& view : views) out.push_back(point(view));
  return out;
}

FindingKind as(FindingKind kind, FindingKind broken, FindingKind repaired) {
  if (kind == FindingKind::broken) return broken;
  return kind == FindingKind::repaired ? repaired : kind;
}

struct Collected {
  std::vector<Finding> findings;
  std::size_t bad_all_along = 0;

  void add(const TrackName& name, const std::vector<TrackPoint>& track, bool whole) {
    std::vector<Finding> found = follow(name, track, whole);
    if (found.empty() && !track.empty() && track.front().state == TrackState::bad) ++bad_all_along;
    std::ranges::move(found, std::back_inserter(findings));
  }
};

void add_machine(const std::string& machine, const std::vector<StepView>& views, Collected& out) {
  Collected other;
  other.add({machine, "", "build"}, points(views, build_point), true);
  for (Finding& finding : other.findings) finding.kind = as(finding.kind, FindingKind::build_broken, FindingKind::build_repaired);
  const std::size_t builds = other.findings.size();
  other.add({machine, "", "boot"}, points(views, boot_point), true);
  for (std::size_t i = builds; i < other.findings.size(); ++i)
    other.findings[i].kind = as(other.findings[i].kind, FindingKind::boot_broken, FindingKind::boot_repaired);
  std::ranges::move(other.findings, std::back_inserter(out.findings));

  std::vector<std::pair<std::string, std::string>> keys;  // test and id, in the order of the first step that has them
  std::set<std::pair<std::string, std::string>> seen;
  for (const StepView& view : views)
    for (const Case* c : view.cases)
      if (c->outcome != Outcome::build_fail && c->outcome != Outcome::boot_fail &&
          seen.emplace(c->result.test, c->result.id).second)
        keys.emplace_back(c->result.test, c->result.id);
  for (const auto& [test, id] : keys)
    out.add({machine, test, id}, points(views, [&](const StepView& view) { return case_point(view, test, id); }),
            model::is_about_whole_test(id, test));
}

// Steps of which the host, not the kernel, is the reason that nothing is known.
void add_no_verdicts(const std::string& machine, const std::vector<StepView>& views, std::vector<Finding>& findings) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    const StepView& view = views[i];
    if (view.failed()) continue;
    const auto add = [&](const std::string& test, const std::string& reason) {
      findings.push_back({.kind = FindingKind::no_verdict, .step = static_cast<int>(i), .after = static_cast<int>(i) - 1,
                          .test = test, .machines = {machine}, .reason = reason});
    };
    if (view.cases.empty() || view.pending) add("", view.cases.empty() ? "it has not been tested" : "its tests have not all ended");
    std::set<std::string> told;
    for (const Case* c : view.cases)
      if (c->outcome == Outcome::infra && told.insert(c->result.test).second)
        add(c->result.test, c->result.reason.value_or("infrastructure"));
  }
}

// Findings of several cases and machines that tell the same story are one.
std::vector<Finding> merged(std::vector<Finding> findings) {
  const auto story = [](const Finding& f) {
    return std::tuple(f.step, f.kind, f.after, f.test, f.rate, f.until, f.again, f.same_as_then, f.since);
  };
  std::vector<Finding> by_machine;
  for (Finding& finding : findings) {
    const auto same = std::ranges::find_if(by_machine, [&](const Finding& other) {
      return story(other) == story(finding) && other.machines == finding.machines;
    });
    if (same == by_machine.end()) by_machine.push_back(std::move(finding));
    else same->cases.insert(same->cases.end(), finding.cases.begin(), finding.cases.end());
  }
  std::vector<Finding> out;
  for (Finding& finding : by_machine) {
    const auto same = std::ranges::find_if(out, [&](const Finding& other) {
      return story(other) == story(finding) && other.cases == finding.cases;
    });
    if (same == out.end()) out.push_back(std::move(finding));
    else same->machines.push_back(finding.machines.front());
  }
  // By step and kind; equals keep their order. (std::stable_sort warns with clang on libstdc++ 12.)
  std::vector<std::tuple<int, FindingKind, std::size_t>> order;
  for (std::size_t i = 0; i < out.size(); ++i) order.emplace_back(out[i].step, out[i].kind, i);
  std::ranges::sort(order);
  std::vector<Finding> sorted;
  for (const auto& [step, kind, at] : order) sorted.push_back(std::move(out[at]));
  return sorted;
}

// Blame where only patches that are not meant to stay can be the reason is none.
void excuse_temporary(const std::vector<SeriesStep>& steps, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    if (!finding.worse) continue;
    bool all = true;
    for (int step = std::max(finding.after + 1, 1); step <= finding.step; ++step)
      all &= !steps[static_cast<std::size_t>(step)].temporary.empty();
    if (!all || finding.step < 1) continue;
    finding.temporary = true;
    finding.worse = false;
  }
}

SeriesCell cell_of(const StepView& view, const std::string& test) {
  SeriesCell cell;
  cell.built = !view.failed();
  if (!cell.built) return cell;
  for (const Case* c : view.cases) {
    if (c->result.test != test) continue;
    cell.counts.add(c->outcome);
    if (is_bad(*c)) cell.bad[c->result.id] = failure_signature(*c);
  }
  return cell;
}

bool has_verdict(const SeriesCell& cell) {
  return cell.built && cell.counts.total() > 0 && cell.counts.of(Outcome::infra) == 0 && cell.counts.of(Outcome::build_fail) == 0;
}

bool varies(const std::vector<SeriesCell>& cells) {
  const SeriesCell* first = nullptr;
  for (const SeriesCell& cell : cells) {
    if (!has_verdict(cell)) continue;
    if (first == nullptr) first = &cell;
    else if (!(*first == cell)) return true;
  }
  return false;
}

std::vector<SeriesColumn> columns_of(const std::vector<std::string>& machines, const StepViews& views) {
  std::vector<SeriesColumn> columns;
  std::vector<std::string> tests;
  for (const std::string& machine : machines)
    for (const StepView& view : views.of(machine))
      for (const Case* c : view.cases)
        if (std::ranges::find(tests, c->result.test) == tests.end()) tests.push_back(c->result.test);
  for (const std::string& test : tests)
    for (const std::string& machine : machines) {
      std::vector<SeriesCell> cells;
      for (const StepView& view : views.of(machine)) cells.push_back(cell_of(view, test));
      if (std::ranges::none_of(cells, [](const SeriesCell& cell) { return cell.counts.total() > 0; })) continue;
      const auto same = std::ranges::find_if(columns, [&](const SeriesColumn& c) { return c.test == test && c.cells == cells; });
      if (same != columns.end()) same->machines.push_back(machine);
      else columns.push_back({.test = test, .machines = {machine}, .cells = cells, .varies = varies(cells)});
    }
  std::vector<SeriesColumn> ordered;
  for (const bool varying : {true, false})
    for (SeriesColumn& column : columns)
      if (column.varies == varying) ordered.push_back(std::move(column));
  return ordered;
}

std::vector<std::string> machines_of(const std::vector<SeriesStep>& steps) {
  std::vector<std::string> machines;
  const auto add = [&](const std::string& machine) {
    if (std::ranges::find(machines, machine) == machines.end()) machines.push_back(machine);
  };
  for (const model::Machine& machine : model::machines())
    for (const SeriesStep& step : steps)
      if (step.builds.contains(std::string(machine.id))) add(std::string(machine.id));
  for (const SeriesStep& step : steps)
    if (step.settled)
      for (const Case& c : step.settled->cases) add(c.result.machine);
  return machines;
}

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::build_broken: return "build_broken";
    case FindingKind::build_repaired: return "build_repaired";
    case FindingKind::new_warning: return "new_warning";
    case FindingKind::boot_broken: return "boot_broken";
    case FindingKind::boot_repaired: return "boot_repaired";
    case FindingKind::broken: return "broken";
    case FindingKind::other_failure: return "other_failure";
    case FindingKind::repaired: return "repaired";
    case FindingKind::stopped: return "stopped";
    case FindingKind::started: return "started";
    case FindingKind::gone: return "gone";
    case FindingKind::bad_before: return "bad_before";
    case FindingKind::no_verdict: return "no_verdict";
  }
  return "";
}

int SeriesReport::exit_code() const {
  if (std::ranges::any_of(findings, &Finding::worse)) return 1;
  if (!complete || std::ranges::any_of(findings, [](const Finding& f) { return f.kind == FindingKind::no_verdict; })) return 3;
  return ran ? 0 : 1;
}

SeriesReport report_series(std::vector<SeriesStep> steps) {
  SeriesReport report;
  report.machines = machines_of(steps);
  const StepViews views(steps, report.machines);
  Collected collected;
  for (const std::string& machine : report.machines) {
    add_machine(machine, views.of(machine), collected);
    add_no_verdicts(machine, views.of(machine), collected.findings);
    std::ranges::move(new_warnings(machine, steps), std::back_inserter(collected.findings));
  }
  report.bad_all_along = collected.bad_all_along;
  report.columns = columns_of(report.machines, views);
  report.findings = merged(std::move(collected.findings));
  excuse_temporary(steps, report.findings);
  report.complete = !report.machines.empty();
  for (const std::string& machine : report.machines)
    for (const StepView& view : views.of(machine)) {
      report.complete &= view.failed() || (!view.cases.empty() && !view.pending);
      report.ran |= std::ranges::any_of(view.cases, [](const Case* c) { return compare::ran(c->outcome); });
    }
  report.steps = std::move(steps);
  return report;
}

}  // namespace compare
