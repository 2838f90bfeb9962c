// SPDX-License-Identifier: Apache-2.0
// The section `benchmarks`: names and globs, or maps where something is to differ.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "scenario/benchmarks.h"
#include "scenario/test_sections.h"

namespace scenario {
namespace {

// The tests that a name or glob stands for; none is reported.
std::vector<model::TestSpec> matching(Context& context, const YAML::Node& node) {
  std::vector<model::TestSpec> tests;
  const auto name = context.reader.text(node, "a benchmark");
  if (!name) return tests;
  const std::string glob = *name == "all" ? "*" : *name;
  for (const Benchmark& benchmark : benchmarks())
    if (base::glob_match(glob, benchmark.name)) tests.push_back(test_of(benchmark));
  if (tests.empty())
    context.reader.error(node, fmt::format("there is no benchmark {}", in_quotes(*name)),
                         suggest(*name, benchmark_names()));
  return tests;
}

}  // namespace

void read_benchmarks(Context& context, const YAML::Node& node, model::Scenario& scenario) {
  if (node.IsScalar()) {
    context.reader.error(node, "`benchmarks` must be a list", fmt::format("write `benchmarks: [{}]`", in_quotes(node.Scalar())));
    return;
  }
  for (const YAML::Node& item : context.reader.items(node, "benchmarks")) {
    std::vector<model::TestSpec> tests;
    int line = YamlReader::place(item).line;
    if (item.IsMap()) {
      const YamlMap map(context.reader, item, "a benchmark", with_how({"run", "environment", "per_machine"}));
      if (!map.has("run"))
        context.reader.error(map.place(), "the benchmark has no `run`", "write `run: NAME`, or just its name");
      map.with("run", [&](const YAML::Node& value) { tests = matching(context, value); });
      for (model::TestSpec& test : tests) {
        read_common(context, map, test);
        read_variations(context, map, test);
      }
    } else {
      tests = matching(context, item);
    }
    for (model::TestSpec& test : tests) {
      test.line = line;
      const auto same = std::ranges::find(scenario.tests, test.id, &model::TestSpec::id);
      if (same == scenario.tests.end()) scenario.tests.push_back(std::move(test));
      else
        context.reader.error(item, fmt::format("{} is listed twice", in_quotes(test.id)),
                             fmt::format("it is already there in line {}", same->line));
    }
  }
}

}  // namespace scenario
