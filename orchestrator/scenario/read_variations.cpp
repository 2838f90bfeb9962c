// SPDX-License-Identifier: Apache-2.0
// What of a test differs by machine, by command of run_vmtests.sh or by selftest tree.
#include "base/text.h"
#include "scenario/test_sections.h"

namespace scenario {
namespace {

using model::TestVariation;

// What a variation is for, machines apart.
struct Scope {
  std::string command = "*";
  std::string selftests = "*";
};

void read_per_machine(Context& context, const YAML::Node& node, const Scope& scope, std::vector<TestVariation>& out) {
  for (const YamlReader::Entry& entry : context.reader.entries(node, "per_machine")) {
    if (!check_machine(context, entry.at, entry.name)) continue;
    const YamlMap map(context.reader, entry.value, "the test on " + entry.name, with_how({"arguments"}));
    TestVariation change;
    change.machine = entry.name;
    change.command = scope.command;
    change.selftests = scope.selftests;
    map.with("arguments", [&](const YAML::Node& value) {
      change.arguments = read_command(context, value, "arguments");
    });
    std::vector<TestVariation> by_set;
    read_how(context, map, change, by_set);
    for (const std::string& id : model::machine_ids()) {
      if (!base::glob_match(entry.name, id)) continue;
      TestVariation& here = out.emplace_back(change);
      here.machine = id;
      for (const TestVariation& row : by_set)
        if (base::glob_match(row.machine, id)) {
          here.hugepages = row.hugepages;
          here.line = row.line;
        }
    }
  }
}

// The maps `per_command` and `per_selftests`: variations by a glob, which may differ by machine once more.
void read_per_glob(Context& context, const YAML::Node& node, std::string_view key, std::string Scope::*glob,
                   std::vector<TestVariation>& out) {
  for (const YamlReader::Entry& entry : context.reader.entries(node, key)) {
    const YamlMap map(context.reader, entry.value, "the test for " + in_quotes(entry.name),
                      with_how({"arguments", "per_machine"}));
    Scope scope;
    scope.*glob = entry.name;
    TestVariation change;
    map.with("arguments", [&](const YAML::Node& value) {
      change.arguments = read_command(context, value, "arguments");
    });
    std::vector<TestVariation> more;
    read_how(context, map, change, more);
    more.insert(more.begin(), std::move(change));
    for (TestVariation& variation : more) {
      variation.command = scope.command;
      variation.selftests = scope.selftests;
      out.push_back(std::move(variation));
    }
    map.with("per_machine", [&](const YAML::Node& value) { read_per_machine(context, value, scope, out); });
  }
}

}  // namespace

std::optional<std::vector<std::string>> read_command(Context& context, const YAML::Node& node, std::string_view what) {
  if (node.IsSequence()) return context.reader.texts(node, what);
  const auto line = context.reader.text(node, what);
  if (!line) return std::nullopt;
  std::vector<std::string> words;
  for (const std::string_view word : base::split_words(*line)) words.emplace_back(word);
  return words;
}

// Later ones win: what is said of one command counts more than what is said of one machine.
void read_variations(Context& context, const YamlMap& map, model::TestSpec& test) {
  map.with("per_machine", [&](const YAML::Node& value) { read_per_machine(context, value, {}, test.variations); });
  map.with("per_command", [&](const YAML::Node& value) {
    read_per_glob(context, value, "per_command", &Scope::command, test.variations);
  });
  map.with("per_selftests", [&](const YAML::Node& value) {
    read_per_glob(context, value, "per_selftests", &Scope::selftests, test.variations);
  });
}

}  // namespace scenario
