// SPDX-License-Identifier: Apache-2.0
// `expects`: what a kernel that is bad on purpose must make of each test.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/outcome.h"
#include "model/run.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

// What a kernel reports while it boots belongs to no test of the scenario (runner/verdicts.h).
using model::kBootTest;

std::vector<std::string> outcome_names() {
  std::vector<std::string> names;
  for (const model::Outcome outcome : model::all_outcomes()) names.emplace_back(model::to_string(outcome));
  return names;
}

}  // namespace

std::vector<model::Expectation> read_expects(Context& context, const YAML::Node& node,
                                             const model::Scenario& scenario) {
  std::vector<model::Expectation> expects;
  for (const YamlReader::Entry& entry : context.reader.entries(node, "expects")) {
    const auto matches = [&](const model::TestSpec& test) { return base::glob_match(entry.name, test.id); };
    if (entry.name != kBootTest && std::ranges::none_of(scenario.tests, matches) && scenario.vmtests.empty()) {
      std::vector<std::string> ids;
      for (const model::TestSpec& test : scenario.tests) ids.push_back(test.id);
      context.reader.error(entry.at, fmt::format("no test matches {}", in_quotes(entry.name)), suggest(entry.name, ids));
    }
    const auto add = [&](const std::string& machine, Place at, const YAML::Node& value) {
      const auto outcome = context.reader.choice(value, "outcome", outcome_names());
      if (outcome)
        expects.push_back({.test = entry.name, .machine = machine, .outcome = *outcome, .line = at.line});
    };
    if (!entry.value.IsMap()) {
      add("*", entry.at, entry.value);
      continue;
    }
    for (const YamlReader::Entry& machine : context.reader.entries(entry.value, "the outcomes by machine"))
      if (machine.name == "*" || check_machine(context, machine.at, machine.name))
        add(machine.name, machine.at, machine.value);
  }
  return expects;
}

}  // namespace scenario
