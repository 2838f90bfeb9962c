// SPDX-License-Identifier: Apache-2.0
// The sections `machines`, `guest` and `pools`.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/units.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

constexpr int kMostVcpus = 64, kMostNodes = 8;

std::vector<std::string> matching(const std::string& glob) {
  std::vector<std::string> ids;
  for (const std::string& id : model::machine_ids())
    if (base::glob_match(glob, id)) ids.push_back(id);
  return ids;
}

void read_guest_fields(Context& context, const YamlMap& map, model::GuestSpec& guest) {
  YamlReader& reader = context.reader;
  map.with("memory", [&](const YAML::Node& node) {
    const auto bytes = reader.size(node, "memory");
    constexpr std::uint64_t kLeast = std::uint64_t{64} << 20, kMost = std::uint64_t{1} << 40;
    if (bytes && (*bytes < kLeast || *bytes > kMost || *bytes % (1 << 20) != 0))
      reader.error(node, fmt::format("a guest cannot have {} of memory", base::format_size(*bytes)),
                   "write whole megabytes from 64M to 1T");
    else if (bytes) guest.memory_bytes = *bytes;
  });
  map.with("vcpus", [&](const YAML::Node& node) {
    if (const auto n = reader.integer(node, "vcpus", 1, kMostVcpus)) guest.vcpus = static_cast<int>(*n);
  });
  map.with("nodes", [&](const YAML::Node& node) {
    if (const auto n = reader.integer(node, "nodes", 1, kMostNodes)) guest.numa_nodes = static_cast<int>(*n);
  });
  map.with("command_line", [&](const YAML::Node& node) {
    guest.command_line.clear();
    for (const std::string& item : reader.texts(node, "command_line"))
      for (const std::string_view word : base::split_words(item)) guest.command_line.emplace_back(word);
  });
}

}  // namespace

bool check_machine(Context& context, Place at, const std::string& machine) {
  if (!matching(machine).empty()) return true;
  if (const auto arch = model::arch_from(machine)) {
    std::string list;
    for (const model::Machine& row : model::machines())
      if (row.arch == *arch) list += fmt::format("{}`{}`", list.empty() ? "" : ", ", row.id);
    context.reader.error(at, fmt::format("{} is an architecture, not a machine", in_quotes(machine)),
                         "its machines: " + list);
  } else {
    context.reader.error(at, fmt::format("unknown machine {}", in_quotes(machine)),
                         suggest(machine, model::machine_ids()));
  }
  return false;
}

std::vector<std::string> read_machines(Context& context, const YAML::Node& node) {
  std::set<std::string> wanted;
  for (const YAML::Node& item : context.reader.items(node, "machines")) {
    const auto word = context.reader.text(item, "each of machines");
    if (!word) continue;
    const std::string glob = *word == "all" ? "*" : *word;
    if (check_machine(context, YamlReader::place(item), glob))
      for (const std::string& id : matching(glob)) wanted.insert(id);
  }
  std::vector<std::string> in_table_order;
  for (const std::string& id : model::machine_ids())
    if (wanted.contains(id)) in_table_order.push_back(id);
  if (in_table_order.empty() && !context.reader.failed())
    context.reader.error(node, "`machines` names none", suggest("", model::machine_ids()));
  return in_table_order;
}

void read_guest(Context& context, const YAML::Node& node, model::Scenario& scenario) {
  const YamlMap map(context.reader, node, "guest", {"memory", "vcpus", "nodes", "command_line", "per_machine"});
  read_guest_fields(context, map, scenario.guest);
  map.with("per_machine", [&](const YAML::Node& value) {
    for (const YamlReader::Entry& entry : context.reader.entries(value, "per_machine")) {
      if (!check_machine(context, entry.at, entry.name)) continue;
      const YamlMap own(context.reader, entry.value, "guest of " + entry.name,
                        {"memory", "vcpus", "nodes", "command_line"});
      for (const std::string& id : matching(entry.name)) {
        auto [place, fresh] = scenario.guest_overrides.try_emplace(id, scenario.guest);
        read_guest_fields(context, own, place->second);
      }
    }
  });
}

std::vector<model::HugePagePool> read_pools(Context& context, const YAML::Node& node) {
  constexpr std::int64_t kMostPages = 1 << 24;
  YamlReader& reader = context.reader;
  std::vector<model::HugePagePool> pools;
  std::set<std::uint64_t> seen;
  for (const YamlReader::Entry& entry : reader.entries(node, "hugepages")) {
    const auto bytes = base::parse_size(entry.name);
    if (!bytes || *bytes < 4096 || (*bytes & (*bytes - 1)) != 0) {
      reader.error(entry.at, fmt::format("{} is not a huge page size", in_quotes(entry.name)),
                   "write `size: pages` with a power of two as size, for example `2M: 64`");
      continue;
    }
    if (!seen.insert(*bytes).second) {
      reader.error(entry.at, fmt::format("{} is there twice", base::format_size(*bytes)), "keep one of them");
      continue;
    }
    if (!entry.value.IsMap()) {
      if (const auto pages = reader.integer(entry.value, "pages", 0, kMostPages))
        pools.push_back({*bytes, -1, static_cast<std::uint64_t>(*pages)});
      continue;
    }
    for (const YamlReader::Entry& by_node : reader.entries(entry.value, entry.name)) {
      const auto number = base::parse_int(by_node.name);
      if (!number || *number < 0 || *number >= kMostNodes) {
        reader.error(by_node.at, fmt::format("{} is not a NUMA node", in_quotes(by_node.name)),
                     "write `node: pages`, for example `2M: {0: 64, 1: 64}`");
        continue;
      }
      if (const auto pages = reader.integer(by_node.value, "pages", 0, kMostPages))
        pools.push_back({*bytes, static_cast<int>(*number), static_cast<std::uint64_t>(*pages)});
    }
  }
  return pools;
}

PoolSets read_pool_sets(Context& context, const YAML::Node& node) {
  PoolSets sets;
  for (const YamlReader::Entry& entry : context.reader.entries(node, "pools")) {
    PoolSet& set = sets[entry.name];
    for (const YamlReader::Entry& row : context.reader.entries(entry.value, "pools of " + in_quotes(entry.name)))
      if (check_machine(context, row.at, row.name))
        set.rows.push_back({row.name, read_pools(context, row.value), row.at.line});
  }
  return sets;
}

}  // namespace scenario
