// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <boost/json.hpp>

#include "report/escape.h"
#include "report/series.h"

namespace report {
namespace {

namespace json = boost::json;
using compare::StepBuild;

json::value text(std::string_view value) { return json::value(json_clean(value)); }
json::value text_or_null(std::string_view value) { return value.empty() ? json::value(nullptr) : text(value); }
json::value int_or_null(const std::optional<int>& value) { return value ? json::value(*value) : json::value(nullptr); }

json::array texts(const std::vector<std::string>& values) {
  json::array out;
  for (const std::string& value : values) out.push_back(text(value));
  return out;
}

std::string_view name_of(StepBuild::State state) {
  switch (state) {
    case StepBuild::State::good: return "good";
    case StepBuild::State::failed: return "failed";
    case StepBuild::State::unknown: break;
  }
  return "unknown";
}

json::object step_json(const compare::SeriesStep& step) {
  json::array builds;
  for (const auto& [machine, build] : step.builds)
    builds.push_back(json::object{{"machine", text(machine)}, {"state", name_of(build.state)}, {"reason", text_or_null(build.reason)}});
  json::object same;
  for (const auto& [machine, other] : step.same_as) same[json_clean(machine)] = other;
  return {{"step", step.number},
          {"id", text(step.id)},
          {"subject", text(step.subject)},
          {"author", text(step.author)},
          {"temporary", text_or_null(step.temporary)},
          {"run", text_or_null(step.run)},
          {"builds", std::move(builds)},
          {"same_as", std::move(same)}};
}

json::object column_json(const compare::SeriesColumn& column) {
  json::array cells;
  for (const compare::SeriesCell& cell : column.cells) {
    json::object counts;
    for (const model::Outcome outcome : model::all_outcomes())
      if (cell.counts.of(outcome) > 0) counts[to_string(outcome)] = cell.counts.of(outcome);
    const auto worst = cell.counts.merged();
    cells.push_back(json::object{{"outcome", worst ? json::value(to_string(*worst)) : json::value(nullptr)},
                                 {"counts", std::move(counts)},
                                 {"built", cell.built}});
  }
  return {{"test", text(column.test)}, {"machines", texts(column.machines)}, {"varies", column.varies}, {"cells", std::move(cells)}};
}

json::object finding_json(const compare::Finding& finding, const compare::SeriesReport& report) {
  json::array candidates;
  for (int step = finding.kind == compare::FindingKind::no_verdict ? finding.step : std::max(finding.after + 1, 0);
       step <= finding.step; ++step)
    candidates.emplace_back(step);
  return {{"kind", to_string(finding.kind)},
          {"step", finding.step},
          {"candidates", std::move(candidates)},
          {"test", text_or_null(finding.test)},
          {"cases", texts(finding.cases)},
          {"machines", texts(finding.machines)},
          {"reason", text(finding.reason)},
          {"handle", text_or_null(finding.handle)},
          {"rate", text_or_null(finding.rate)},
          {"until", int_or_null(finding.until)},
          {"again", int_or_null(finding.again)},
          {"same_as_then", finding.same_as_then},
          {"since", finding.since < 0 ? json::value(nullptr) : json::value(finding.since)},
          {"temporary", finding.temporary},
          {"worse", finding.worse},
          {"text", text(finding_text(finding, report))}};
}

}  // namespace

std::string series_json(const SeriesView& view) {
  const compare::SeriesReport& report = view.report;
  json::array steps, tests, findings;
  for (const auto& step : report.steps) steps.push_back(step_json(step));
  for (const auto& column : report.columns) tests.push_back(column_json(column));
  for (const auto& finding : report.findings) findings.push_back(finding_json(finding, report));
  const int code = report.exit_code();
  const bool worse = std::ranges::any_of(report.findings, &compare::Finding::worse);
  const json::object out{{"version", 1},
                         {"series", text(view.id)},
                         {"title", text(view.title)},
                         {"base", text(view.base)},
                         {"complete", report.complete},
                         {"exit_code", code},
                         {"verdict", code == 0 ? "not worse" : worse ? "worse" : "no verdict"},
                         {"machines", texts(report.machines)},
                         {"remarks", texts(view.remarks)},
                         {"steps", std::move(steps)},
                         {"tests", std::move(tests)},
                         {"findings", std::move(findings)}};
  return json::serialize(out) + "\n";
}

}  // namespace report
