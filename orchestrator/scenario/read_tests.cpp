// SPDX-License-Identifier: Apache-2.0
// The section `tests`: single tests, and selections from run_vmtests.sh.
#include <fmt/format.h>

#include <map>

#include "scenario/test_sections.h"

namespace scenario {
namespace {

using model::TestSpec;
using model::TestVariation;

// The test's own values are its first variation, applied at once; later ones wait for the machine.
void apply_own(TestSpec& test, const TestVariation& own) {
  if (own.memory_bytes) test.needs.memory_bytes = *own.memory_bytes;
  if (own.hugepages) test.needs.hugepages = *own.hugepages;
  if (own.swap_bytes) test.needs.swap_bytes = *own.swap_bytes;
  if (own.filesystem) test.needs.filesystem = *own.filesystem;
  if (own.config) test.needs.config = *own.config;
  if (own.features) test.needs.features = *own.features;
  if (own.settings) test.needs.settings = *own.settings;
  if (own.min_vcpus) test.needs.min_vcpus = *own.min_vcpus;
  if (own.limit) test.limit = *own.limit;
  if (own.floods_console) test.floods_console = *own.floods_console;
  if (own.dialect) test.dialect = *own.dialect;
  if (own.expected_log) test.expected_log = *own.expected_log;
  if (own.expected_log_counts) test.expected_log_counts = *own.expected_log_counts;
  if (own.unfit) test.unfit = *own.unfit;
  test.hugepages_line = own.line;
}

void read_program(Context& context, const YamlMap& map, TestSpec& test) {
  map.with("collection", [&](const YAML::Node& node) {
    test.collection = context.reader.text(node, "collection").value_or("mm");
    if (!is_plain(test.collection, "_-./") || test.collection.contains("..") || test.collection.starts_with('/'))
      context.reader.error(node, fmt::format("{} is not a folder of the selftests", in_quotes(test.collection)),
                           "name one below tools/testing/selftests, for example `mm`");
  });
  map.with("run", [&](const YAML::Node& node) {
    auto words = read_command(context, node, "run");
    if (!words || words->empty()) {
      if (words) context.reader.error(node, "`run` names no program", "write `run: program arguments`");
      return;
    }
    test.program = words->front();
    if (test.program.starts_with("./")) test.program = test.program.substr(2);
    if (!is_plain(test.program, "_-."))
      context.reader.error(node, fmt::format("{} is not a program of the selftests", in_quotes(test.program)),
                           "name a file in tools/testing/selftests/" + test.collection);
    test.arguments.assign(words->begin() + 1, words->end());
  });
  map.with("also_called", [&](const YAML::Node& node) {
    for (const std::string& name : context.reader.texts(node, "also_called")) {
      test.also_called.push_back(name);
      if (!is_plain(name, "_-."))
        context.reader.error(node, fmt::format("{} is not a program of the selftests", in_quotes(name)),
                             "`also_called` lists the program's names in other trees");
    }
  });
  map.with("optional", [&](const YAML::Node& node) {
    test.optional = context.reader.boolean(node, "optional").value_or(false);
  });
}

void read_user(Context& context, const YamlMap& map, TestSpec& test) {
  map.with("user", [&](const YAML::Node& node) {
    test.as_nobody = context.reader.choice(node, "user", {"root", "nobody"}) == "nobody";
  });
}

void read_in_scratch(Context& context, const YamlMap& map, TestSpec& test) {
  map.with("in_scratch", [&](const YAML::Node& node) {
    test.in_scratch = context.reader.boolean(node, "in_scratch").value_or(false);
    if (test.in_scratch && test.needs.filesystem == model::ScratchFs::none)
      context.reader.error(node, "the test is to run in the scratch file system and needs none",
                           "write `needs: {filesystem: ext4}` or `xfs`");
  });
}

void read_id(Context& context, const YamlMap& map, TestSpec& test) {
  test.id = test.collection + "/" + test.program;
  for (const std::string& argument : test.arguments) test.id += " " + argument;
  map.with("id", [&](const YAML::Node& node) {
    const auto id = context.reader.text(node, "id");
    if (!id) return;
    test.id = *id;
    if (!is_plain(test.id, "_-./ +,:=()") || test.id.front() == '/' || test.id.size() > 200)
      context.reader.error(node, fmt::format("{} is not a test id", in_quotes(*id)),
                           "use letters, digits, blanks and `_-./+,:=()`, for example `mm/uffd-stress anon`");
  });
}

void read_single(Context& context, const YAML::Node& node, model::Scenario& scenario,
                 std::map<std::string, Place>& ids) {
  if (!node.IsMap()) {
    context.reader.error(node, fmt::format("a test must be a map, not {}", kind_of(node)),
                         "write `- run: program arguments`");
    return;
  }
  const YamlMap map(context.reader, node, "a test",
                    with_how({"id", "run", "collection", "also_called", "optional", "in_scratch", "user", "environment",
                              "per_machine", "per_selftests"}));
  TestSpec test;
  if (!map.has("run")) {
    context.reader.error(map.place(), "the test has no `run`",
                         "write `run: program arguments`, or `from: run_vmtests` for everything it lists");
    return;
  }
  read_program(context, map, test);
  read_id(context, map, test);
  read_common(context, map, test);
  read_in_scratch(context, map, test);
  read_user(context, map, test);
  read_variations(context, map, test);
  const auto [earlier, fresh] = ids.try_emplace(test.id, map.place());
  if (!fresh)
    context.reader.error(map.has("id") ? map.at("id") : map.place(),
                         fmt::format("the test id {} is already used in line {}", in_quotes(test.id),
                                     earlier->second.line),
                         "give this one an `id` of its own");
  scenario.tests.push_back(std::move(test));
}

void read_selection(Context& context, const YAML::Node& node, model::Scenario& scenario) {
  const YamlMap map(context.reader, node, "a selection",
                    with_how({"from", "categories", "extra", "destructive", "environment", "per_machine",
                              "per_command", "per_selftests"}));
  model::VmtestsSelection selection;
  map.with("from", [&](const YAML::Node& value) { context.reader.choice(value, "list", {"run_vmtests"}); });
  map.with("categories", [&](const YAML::Node& value) {
    if (value.IsScalar() && value.Scalar() == "all") return;
    selection.categories = read_words(context, value, "categories");
  });
  map.with("extra", [&](const YAML::Node& value) {
    selection.extra = context.reader.boolean(value, "extra").value_or(false);
  });
  map.with("destructive", [&](const YAML::Node& value) {
    selection.destructive = context.reader.boolean(value, "destructive").value_or(false);
  });
  read_common(context, map, selection.base);
  read_variations(context, map, selection.base);
  scenario.vmtests.push_back(std::move(selection));
}

bool is_selection(const YAML::Node& node) {
  if (!node.IsMap()) return false;
  for (const auto& pair : node)
    if (pair.first.IsScalar() && pair.first.Scalar() == "from") return true;
  return false;
}

}  // namespace

void read_common(Context& context, const YamlMap& map, TestSpec& test) {
  TestVariation own;
  read_how(context, map, own, test.variations);
  apply_own(test, own);
  test.line = map.place().line;
  test.column = map.place().column;
  map.with("environment", [&](const YAML::Node& node) {
    for (const YamlReader::Entry& entry : context.reader.entries(node, "environment"))
      if (const auto value = context.reader.text(entry.value, "a variable")) {
        if (is_plain(entry.name, "_")) test.environment[entry.name] = *value;
        else context.reader.error(entry.at, fmt::format("{} is not a variable's name", in_quotes(entry.name)),
                                  "use letters, digits and `_`");
      }
  });
}

void read_tests(Context& context, const YAML::Node& node, model::Scenario& scenario) {
  if (!node.IsSequence()) {
    context.reader.error(node, fmt::format("`tests` must be a list, not {}", kind_of(node)),
                         "write one `- run: program` per test");
    return;
  }
  std::map<std::string, Place> ids;
  for (const YAML::Node& item : context.reader.items(node, "tests")) {
    if (is_selection(item)) read_selection(context, item, scenario);
    else read_single(context, item, scenario, ids);
  }
  if (node.size() == 0) context.reader.error(node, "`tests` is empty", "list at least one `- run: program`");
}

}  // namespace scenario
