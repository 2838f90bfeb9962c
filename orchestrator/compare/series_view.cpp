// SPDX-License-Identifier: Apache-2.0
#include "compare/series_view.h"

#include <algorithm>

#include "compare/comparison.h"
#include "model/case_id.h"

namespace compare {
namespace {

using model::Outcome;

bool is_bad(const Case& c) { return verdict_of(c.outcome) == model::Verdict::bad; }

StepView view_of(const SeriesStep& step, const std::string& machine, const std::vector<StepView>& before) {
  if (const auto same = step.same_as.find(machine);
      same != step.same_as.end() && same->second >= 0 && static_cast<std::size_t>(same->second) < before.size())
    return before[static_cast<std::size_t>(same->second)];
  StepView view;
  if (const auto build = step.builds.find(machine); build != step.builds.end()) view.build = &build->second;
  if (!step.settled) return view;
  for (const Case& c : step.settled->cases)
    if (c.result.machine == machine) view.cases.push_back(&c);
  view.pending = std::ranges::any_of(step.settled->pending, [&](const TestKey& key) {
    return key.column == machine || key.column.starts_with(machine + " ");
  });
  return view;
}

TrackPoint bad_point(const Case& c) {
  return {.state = TrackState::bad,
          .signature = failure_signature(c),
          .reason = c.result.reason.value_or(std::string(to_string(c.outcome))),
          .handle = c.result.handle,
          .rate = c.bad_attempts < c.attempts ? rate_text(c) : std::string(),
          .flaky = c.bad_attempts < c.attempts};
}

TrackPoint point_of(const Case& c) {
  switch (verdict_of(c.outcome)) {
    case model::Verdict::bad:
      // These stand for every test of the machine, and are told as the build's or the boot's.
      if (c.outcome == Outcome::build_fail || c.outcome == Outcome::boot_fail) return {};
      return bad_point(c);
    case model::Verdict::neutral: return {.state = TrackState::idle, .signature = {}, .reason = c.result.reason.value_or("")};
    case model::Verdict::none: return {};
    case model::Verdict::good:
    case model::Verdict::news: break;
  }
  return {.state = TrackState::good};
}

}  // namespace

StepViews::StepViews(const std::vector<SeriesStep>& steps, const std::vector<std::string>& machines) {
  for (const std::string& machine : machines) {
    std::vector<StepView>& views = by_machine_[machine];
    for (const SeriesStep& step : steps) views.push_back(view_of(step, machine, views));
  }
}

TrackPoint case_point(const StepView& view, const std::string& test, const std::string& id) {
  if (view.failed()) return {};
  const Case* whole = nullptr;  // a test that came to no end of its own stands for its cases
  bool any = false;
  for (const Case* c : view.cases) {
    if (c->result.test != test) continue;
    if (c->result.id == id) return point_of(*c);
    any = true;
    if (model::is_about_whole_test(c->result.id, test) && (is_bad(*c) || c->outcome == Outcome::infra)) whole = c;
    if (c->result.id == test && verdict_of(c->outcome) == model::Verdict::neutral) whole = c;
  }
  if (!any) return {};
  if (whole != nullptr && verdict_of(whole->outcome) == model::Verdict::neutral) return point_of(*whole);
  if (whole != nullptr && whole->outcome != Outcome::fail) return {};
  return {.state = TrackState::absent};
}

TrackPoint build_point(const StepView& view) {
  if (view.build == nullptr || view.build->state == StepBuild::State::unknown) {
    const bool reported = std::ranges::any_of(view.cases, [](const Case* c) { return c->outcome == Outcome::build_fail; });
    return {.state = reported ? TrackState::bad : TrackState::unknown};
  }
  if (!view.failed()) return {.state = TrackState::good};
  Case c;
  c.outcome = Outcome::build_fail;
  c.bad_attempts = 1;
  c.result.reason = view.build->reason;
  return bad_point(c);
}

TrackPoint boot_point(const StepView& view) {
  if (view.failed()) return {};
  bool ran = false;
  for (const Case* c : view.cases) {
    if (c->outcome == Outcome::boot_fail) return bad_point(*c);
    ran |= compare::ran(c->outcome);
  }
  return {.state = ran ? TrackState::good : TrackState::unknown};
}

}  // namespace compare
