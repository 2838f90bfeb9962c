// SPDX-License-Identifier: Apache-2.0
// vmlab list scenarios|tests|machines|kernels|runs|bands
#include <boost/json.hpp>

#include "base/text.h"
#include "cli/list.h"
#include "cli/scenarios.h"
#include "report/json.h"
#include "report/tables.h"
#include "store/store.h"

namespace cli {
namespace {

namespace json = boost::json;

struct Options {
  std::string what;
  std::vector<std::string> scenarios, machines;
};

std::vector<model::Scenario> all_scenarios(const Session& session, const Options& options) {
  std::vector<model::Scenario> list;
  for (const auto& scenario :
       load_scenarios(session, options.scenarios.empty() ? shipped_scenarios(session) : options.scenarios))
    list.push_back(*scenario);
  return list;
}

void list_scenarios(const Session& session, const Options& options) {
  const auto scenarios = all_scenarios(session, options);
  if (session.wants_json()) {
    json::array array;
    for (const model::Scenario& scenario : scenarios)
      array.push_back({{"name", scenario.name}, {"file", scenario.file}, {"tests", scenario.tests.size()},
                       {"kernel", scenario.kernel.source.text()}, {"machines", json::value_from(scenario.machines)}});
    session.deliver_json(json::serialize(json::object{{"scenarios", array}}));
  }
  if (!session.json) session.say(report::scenarios_table(scenarios, session.terminal()));
}

void list_machines(const Session& session) {
  if (session.wants_json()) {
    json::array array;
    for (const model::Machine& machine : model::machines())
      array.push_back({{"machine", machine.id}, {"arch", model::to_string(machine.arch)}, {"qemu", machine.qemu},
                       {"cpu", machine.cpu}, {"memory", machine.default_memory}, {"vcpus", machine.default_vcpus}});
    session.deliver_json(json::serialize(json::object{{"machines", array}}));
  }
  if (!session.json) session.say(report::machines_table(model::machines(), session.terminal()));
}

void list_runs(const Session& session) {
  const auto runs = store::Store::open(session.results_dir).list_runs();
  if (session.wants_json()) session.deliver_json(base::trim(report::runs_json(runs)));
  if (!session.json) session.say(report::runs_table(runs, session.terminal()));
}

}  // namespace

void install_list(CLI::App& app, Session& session) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("list", "Scenarios, tests, machines, kernels, runs or placebo bands");
  command->add_option("WHAT", options->what, "scenarios, tests, machines, kernels, runs or bands")->required();
  command->add_option("SCENARIO", options->scenarios, "Scenario files (for scenarios and tests; default: all)");
  command->add_option("--machine", options->machines, "tests: whether they can run on these machines; globs")
      ->delimiter(',')->type_name("M,..");
  add_output_options(*command, session);
  command->callback([&session, options] {
    const std::vector<std::string> known{"scenarios", "tests", "machines", "kernels", "runs", "bands"};
    if (options->what == "scenarios") list_scenarios(session, *options);
    else if (options->what == "tests") list_tests(session, options->scenarios, options->machines);
    else if (options->what == "machines") list_machines(session);
    else if (options->what == "kernels") list_kernels(session);
    else if (options->what == "runs") list_runs(session);
    else if (options->what == "bands") list_bands(session);
    else {
      const auto near = base::nearest(options->what, known);
      user_error("vmlab cannot list '" + base::printable(options->what) + "'",
                 near ? "did you mean '" + *near + "'?" : "one of: " + base::join(known, ", "));
    }
  });
}

}  // namespace cli
