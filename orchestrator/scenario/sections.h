// SPDX-License-Identifier: Apache-2.0
// The sections of a scenario file, each read by one function. Private to the room: load.h is the way in.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "model/machine.h"
#include "model/scenario.h"
#include "scenario/load.h"
#include "scenario/yaml_reader.h"

namespace scenario {

// A named set of huge page pools: which pools on which machines (globs), in the order of the file.
struct PoolSet {
  struct Row {
    std::string machine;
    std::vector<model::HugePagePool> pools;
    int line = 0;
  };
  std::vector<Row> rows;
};
using PoolSets = std::map<std::string, PoolSet>;

// What every section reader needs.
struct Context {
  YamlReader& reader;
  const LoadOptions& options;
  PoolSets pools = {};

  // A path of the file, relative to the file's folder.
  std::string path(const std::string& text) const;
};

model::KernelSpec read_kernel(Context& context, const YAML::Node& node);
model::SelftestSpec read_selftests(Context& context, const YAML::Node& node);

// Machine ids of a list of ids and globs; "all" is every machine. What matches nothing is reported.
std::vector<std::string> read_machines(Context& context, const YAML::Node& node);
// Reports a machine id or glob that names no machine.
bool check_machine(Context& context, Place at, const std::string& machine);

void read_guest(Context& context, const YAML::Node& node, model::Scenario& scenario);
PoolSets read_pool_sets(Context& context, const YAML::Node& node);
// `2M: 64` or `2M: {0: 64, 1: 64}` (by node) to pools.
std::vector<model::HugePagePool> read_pools(Context& context, const YAML::Node& node);

void read_tests(Context& context, const YAML::Node& node, model::Scenario& scenario);
void read_benchmarks(Context& context, const YAML::Node& node, model::Scenario& scenario);

// `scenario` has its tests and machines already.
std::vector<model::Expectation> read_expects(Context& context, const YAML::Node& node, const model::Scenario& scenario);

std::vector<model::KnownFailure> read_known_failures(Context& context, const YAML::Node& node);

}  // namespace scenario
