// SPDX-License-Identifier: Apache-2.0
// How a test runs: what it needs, its limit, how it reports, what it may say to the log, where it cannot run.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/test_sections.h"

namespace scenario {
namespace {

using model::TestVariation;

// Keys that say how a test runs; a test, a variation and a selection all have them.
const std::vector<std::string> kHow = {"needs", "limit", "floods_console", "dialect", "expected_log", "unfit"};

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

}  // namespace

std::vector<std::string> with_how(std::vector<std::string> keys) {
  keys.insert(keys.end(), kHow.begin(), kHow.end());
  return keys;
}

bool is_plain(std::string_view text, std::string_view extra) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || extra.contains(c);
  });
}

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

void read_how(Context& context, const YamlMap& map, TestVariation& change, std::vector<TestVariation>& more) {
  YamlReader& reader = context.reader;
  map.with("needs", [&](const YAML::Node& node) { read_needs(context, node, change, more); });
  map.with("limit", [&](const YAML::Node& node) { change.limit = reader.duration(node, "limit"); });
  map.with("floods_console", [&](const YAML::Node& node) {
    change.floods_console = reader.boolean(node, "floods_console");
  });
  map.with("dialect", [&](const YAML::Node& node) {
    const auto name = reader.choice(node, "dialect", {"auto", "tap", "uffd_unit_tests", "uffd_stress", "exit_code", "benchmark"});
    if (name) change.dialect = model::dialect_from(*name);
  });
  map.with("expected_log", [&](const YAML::Node& node) { read_expected_log(context, node, change); });
  map.with("unfit", [&](const YAML::Node& node) { read_unfit(context, node, change.machine, change); });
}

}  // namespace scenario
