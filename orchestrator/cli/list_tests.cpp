// SPDX-License-Identifier: Apache-2.0
// vmlab list tests: what a scenario runs, and with --machine whether each of them can run there.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/text.h"
#include "cli/list.h"
#include "cli/scenarios.h"
#include "report/tables.h"
#include "scenario/select.h"

namespace cli {
namespace {

namespace json = boost::json;

void list_plainly(const Session& session, const Scenarios& scenarios) {
  if (session.wants_json()) {
    json::array array;
    for (const auto& scenario : scenarios)
      for (const model::TestSpec& test : scenario->tests)
        array.push_back({{"id", test.id}, {"scenario", scenario->name}, {"program", test.program},
                         {"limit_ms", test.limit.count()}});
    session.deliver_json(json::serialize(json::object{{"tests", array}}));
  }
  if (session.json) return;
  std::vector<model::Scenario> values;
  for (const auto& scenario : scenarios) values.push_back(*scenario);
  session.say(report::tests_table(values, session.terminal()));
}

struct Row {
  std::string test, scenario, machine;
  std::optional<std::string> unfit;  // why
};

std::vector<Row> rows_of(const std::vector<scenario::JobRequest>& jobs) {
  std::vector<Row> rows;
  for (const scenario::JobRequest& job : jobs) {
    const std::string machine(job.machine->id);
    for (const model::TestSpec& test : job.tests) rows.push_back({test.id, job.scenario->name, machine, {}});
    for (const scenario::UnfitTest& unfit : job.unfit)
      rows.push_back({unfit.test.id, job.scenario->name, machine, unfit.reason});
  }
  return rows;
}

void list_by_machine(const Session& session, const Scenarios& scenarios, const std::vector<std::string>& machines) {
  const auto jobs = scenario::select_jobs(scenarios, {.machines = machines});
  if (!jobs) throw base::UserError{jobs.error()};
  const std::vector<Row> rows = rows_of(*jobs);
  if (session.wants_json()) {
    json::array array;
    for (const Row& row : rows) {
      json::object test{{"id", row.test}, {"scenario", row.scenario}, {"machine", row.machine}, {"fits", !row.unfit}};
      if (row.unfit) test["reason"] = *row.unfit;
      array.push_back(std::move(test));
    }
    session.deliver_json(json::serialize(json::object{{"tests", array}}));
  }
  if (session.json) return;
  std::vector<std::vector<std::string>> table{{"TEST", "MACHINE", "HERE", "SCENARIO", "WHY NOT"}};
  for (const Row& row : rows)
    table.push_back({row.test, row.machine, row.unfit ? "unfit" : "fits", row.scenario, row.unfit.value_or("")});
  session.say(report::table(table, session.terminal()));
  for (const scenario::JobRequest& job : *jobs)
    if (!job.vmtests.empty())
      session.say(fmt::format("{} on {} also runs what run_vmtests.sh of its selftests lists: known once they are there\n",
                              job.scenario->name, job.machine->id));
}

}  // namespace

void list_tests(const Session& session, const std::vector<std::string>& names, const std::vector<std::string>& machines) {
  const Scenarios scenarios = load_scenarios(session, names.empty() ? shipped_scenarios(session) : names);
  if (machines.empty()) list_plainly(session, scenarios);
  else list_by_machine(session, scenarios, machines);
}

}  // namespace cli
