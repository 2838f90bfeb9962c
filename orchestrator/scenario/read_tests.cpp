// SPDX-License-Identifier: Apache-2.0
// The section `tests`: single tests, and selections from run_vmtests.sh.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

using model::TestSpec;
using model::TestVariation;

// Keys that say how a test runs; a test, a variation and a selection all have them.
const std::vector<std::string> kHow = {"needs", "limit", "floods_console", "dialect", "expected_log", "unfit"};

std::vector<std::string> with_how(std::vector<std::string> keys) {
  keys.insert(keys.end(), kHow.begin(), kHow.end());
  return keys;
}

bool is_plain(std::string_view text, std::string_view extra) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.contains(c);
  });
}

// Names the probe or Kconfig knows: plain words.
std::vector<std::string> read_words(Context& context, const YAML::Node& node, std::string_view what) {
  std::vector<std::string> words;
  for (const YAML::Node& item : context.reader.items(node, what)) {
    auto word = context.reader.text(item, fmt::format("each of {}", what));
    if (!word) continue;
    if (word->starts_with("CONFIG_")) *word = word->substr(7);
    if (is_plain(*word, "_")) words.push_back(*word);
    else context.reader.error(item, fmt::format("{} cannot be one of {}", in_quotes(*word), what), "write a plain word");
  }
  return words;
}

// A map is pools for every machine; a word is one of the scenario's pool sets, which differ by machine.
void read_hugepages(Context& context, const YAML::Node& node, TestVariation& change, std::vector<TestVariation>& more) {
  change.line = YamlReader::place(node).line;
  if (!node.IsScalar()) {
    change.hugepages = read_pools(context, node);
    return;
  }
  std::vector<std::string> names;
  for (const auto& [name, rows] : context.pools) names.push_back(name);
  const auto name = context.reader.choice(node, "pool set", names);
  if (!name || !context.pools.contains(*name)) return;
  change.hugepages.emplace();  // a machine the set does not list has none
  for (const PoolSet::Row& row : context.pools.at(*name).rows) {
    TestVariation& here = more.emplace_back();
    here.machine = row.machine;
    here.hugepages = row.pools;
    here.line = row.line;
  }
}

// The agent refuses other paths as well: a scenario sets knobs, it does not write files.
void read_settings(Context& context, const YAML::Node& node, TestVariation& change) {
  change.settings.emplace();
  for (const YamlReader::Entry& entry : context.reader.entries(node, "settings")) {
    const bool knob = entry.name.starts_with("/proc/sys/") || entry.name.starts_with("/sys/");
    if (!knob || entry.name.contains("..")) {
      context.reader.error(entry.at, fmt::format("{} is not a knob of the kernel", in_quotes(entry.name)),
                           "name a file below /proc/sys/ or /sys/");
      continue;
    }
    if (const auto value = context.reader.text(entry.value, "a setting")) (*change.settings)[entry.name] = *value;
  }
}

void read_needs(Context& context, const YAML::Node& node, TestVariation& change, std::vector<TestVariation>& more) {
  YamlReader& reader = context.reader;
  const YamlMap map(reader, node, "needs",
                    {"memory", "vcpus", "hugepages", "swap", "filesystem", "config", "features", "settings"});
  map.with("memory", [&](const YAML::Node& value) { change.memory_bytes = reader.size(value, "memory"); });
  map.with("swap", [&](const YAML::Node& value) { change.swap_bytes = reader.size(value, "swap"); });
  map.with("vcpus", [&](const YAML::Node& value) {
    if (const auto n = reader.integer(value, "vcpus", 1, 64)) change.min_vcpus = static_cast<int>(*n);
  });
  map.with("filesystem", [&](const YAML::Node& value) {
    const auto name = reader.choice(value, "filesystem", {"none", "ext4", "xfs"});
    if (name == "ext4") change.filesystem = model::ScratchFs::ext4;
    else if (name == "xfs") change.filesystem = model::ScratchFs::xfs;
    else if (name == "none") change.filesystem = model::ScratchFs::none;
  });
  map.with("config", [&](const YAML::Node& value) { change.config = read_words(context, value, "config"); });
  map.with("features", [&](const YAML::Node& value) { change.features = read_words(context, value, "features"); });
  map.with("hugepages", [&](const YAML::Node& value) { read_hugepages(context, value, change, more); });
  map.with("settings", [&](const YAML::Node& value) { read_settings(context, value, change); });
}

// A list of patterns, or a map from pattern to its exact number of lines or `any`.
void read_expected_log(Context& context, const YAML::Node& node, TestVariation& change) {
  change.expected_log.emplace();
  change.expected_log_counts.emplace();
  if (!node.IsMap()) {
    change.expected_log = context.reader.texts(node, "expected_log");
    return;
  }
  for (const YamlReader::Entry& entry : context.reader.entries(node, "expected_log")) {
    change.expected_log->push_back(entry.name);
    if (entry.value.IsScalar() && entry.value.Scalar() == "any") continue;
    if (const auto lines = context.reader.integer(entry.value, "number of lines", 0, INT64_C(1) << 40))
      (*change.expected_log_counts)[entry.name] = static_cast<std::uint64_t>(*lines);
  }
}

// A reason alone counts for the machines at hand; a map gives one per machine.
void read_unfit(Context& context, const YAML::Node& node, const std::string& machine, TestVariation& change) {
  change.unfit.emplace();
  const auto add = [&](const std::string& where, const YAML::Node& value) {
    const auto reason = context.reader.text(value, "unfit");
    if (reason && base::trim(*reason).empty())
      context.reader.error(value, "`unfit` gives no reason", "say why the test cannot run there");
    else if (reason) change.unfit->push_back({where, *reason});
  };
  if (!node.IsMap()) {
    add(machine, node);
    return;
  }
  for (const YamlReader::Entry& entry : context.reader.entries(node, "unfit"))
    if (check_machine(context, entry.at, entry.name)) add(entry.name, entry.value);
}

// The keys of kHow into `change`; what differs by machine (a pool set) goes to `more`.
void read_how(Context& context, const YamlMap& map, TestVariation& change, std::vector<TestVariation>& more) {
  YamlReader& reader = context.reader;
  map.with("needs", [&](const YAML::Node& node) { read_needs(context, node, change, more); });
  map.with("limit", [&](const YAML::Node& node) { change.limit = reader.duration(node, "limit"); });
  map.with("floods_console", [&](const YAML::Node& node) {
    change.floods_console = reader.boolean(node, "floods_console");
  });
  map.with("dialect", [&](const YAML::Node& node) {
    const auto name = reader.choice(node, "dialect", {"auto", "tap", "uffd_unit_tests", "uffd_stress", "exit_code"});
    if (name) change.dialect = model::dialect_from(*name);
  });
  map.with("expected_log", [&](const YAML::Node& node) { read_expected_log(context, node, change); });
  map.with("unfit", [&](const YAML::Node& node) { read_unfit(context, node, change.machine, change); });
}

std::optional<std::vector<std::string>> read_command(Context& context, const YAML::Node& node, std::string_view what) {
  if (node.IsSequence()) return context.reader.texts(node, what);
  const auto line = context.reader.text(node, what);
  if (!line) return std::nullopt;
  std::vector<std::string> words;
  for (const std::string_view word : base::split_words(*line)) words.emplace_back(word);
  return words;
}

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

// Later ones win: what is said of one command counts more than what is said of one machine.
void read_variations(Context& context, const YamlMap& map, TestSpec& test) {
  map.with("per_machine", [&](const YAML::Node& value) { read_per_machine(context, value, {}, test.variations); });
  map.with("per_command", [&](const YAML::Node& value) {
    read_per_glob(context, value, "per_command", &Scope::command, test.variations);
  });
  map.with("per_selftests", [&](const YAML::Node& value) {
    read_per_glob(context, value, "per_selftests", &Scope::selftests, test.variations);
  });
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
                    with_how({"id", "run", "collection", "also_called", "optional", "environment", "per_machine",
                              "per_selftests"}));
  TestSpec test;
  if (!map.has("run")) {
    context.reader.error(map.place(), "the test has no `run`",
                         "write `run: program arguments`, or `from: run_vmtests` for everything it lists");
    return;
  }
  read_program(context, map, test);
  read_id(context, map, test);
  read_common(context, map, test);
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
