// SPDX-License-Identifier: Apache-2.0
#include "scenario/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/machine.h"
#include "scenario/fitness.h"
#include "scenario/known_failures.h"
#include "scenario/sections.h"

namespace scenario {
namespace {

const std::vector<std::string> kKeys = {"name",  "description", "kernel",    "selftests", "machines", "guest", "pools",
                                        "tests", "benchmarks", "isolation",   "clock",     "seed",      "retries",
                                        "dump_on_hang", "known_failures", "expects"};

bool is_name(std::string_view text) {
  for (const char c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
          c == '.'))
      return false;
  return !text.empty() && text.size() <= 64 && text.front() != '.' && text.front() != '-';
}

void read_name(Context& context, const YamlMap& map, model::Scenario& scenario) {
  map.with("name", [&](const YAML::Node& node) {
    if (const auto name = context.reader.text(node, "name")) scenario.name = *name;
    if (!scenario.name.empty() && !is_name(scenario.name))
      context.reader.error(node, fmt::format("{} is not a name for a scenario", in_quotes(scenario.name)),
                           "use letters, digits, `-`, `_` and `.`, at most 64");
  });
  if (!map.has("name")) scenario.name = base::fs::path(scenario.file).stem().string();
}

void read_how(Context& context, const YamlMap& map, model::Scenario& scenario) {
  map.with("isolation", [&](const YAML::Node& node) {
    if (const auto word = context.reader.choice(node, "isolation", {"suite", "test"}))
      scenario.isolation = *word == "test" ? model::Isolation::test : model::Isolation::suite;
  });
  map.with("clock", [&](const YAML::Node& node) {
    if (context.reader.choice(node, "clock", {"wall", "instructions"}) == "instructions")
      scenario.clock = model::Clock::instructions;
  });
  map.with("seed", [&](const YAML::Node& node) {
    if (const auto seed = context.reader.integer(node, "seed", 0, INT64_MAX)) scenario.seed = *seed;
  });
  map.with("retries", [&](const YAML::Node& node) {
    if (const auto retries = context.reader.integer(node, "retries", 0, 100)) scenario.retries = static_cast<int>(*retries);
  });
  map.with("dump_on_hang", [&](const YAML::Node& node) {
    scenario.dump_on_hang = context.reader.boolean(node, "dump_on_hang").value_or(false);
  });
}

// A list of entries, or the name of the file that has them.
void read_known(Context& context, const YamlMap& map, model::Scenario& scenario, base::Diagnostics& elsewhere) {
  map.with("known_failures", [&](const YAML::Node& node) {
    if (!node.IsScalar()) {
      scenario.known_failures = read_known_failures(context, node);
      return;
    }
    const std::string path = context.path(node.Scalar());
    if (!base::fs::exists(path)) {
      context.reader.error(node, fmt::format("there is no file {}", in_quotes(path)),
                           "name a file with known failures, relative to this scenario, or list them here");
      return;
    }
    auto loaded = load_known_failures(path);
    if (loaded) scenario.known_failures = std::move(*loaded);
    else elsewhere = std::move(loaded.error());
  });
}

void read_scenario(Context& context, const YAML::Node& root, model::Scenario& scenario,
                   base::Diagnostics& elsewhere) {
  const YamlMap map(context.reader, root, "a scenario", kKeys);
  read_name(context, map, scenario);
  map.with("description", [&](const YAML::Node& node) {
    scenario.description = context.reader.text(node, "description").value_or("");
  });
  scenario.kernel.source = {.kind = model::SourceRef::Kind::debian, .location = "6.12", .revision = {}};
  map.with("kernel", [&](const YAML::Node& node) { scenario.kernel = read_kernel(context, node); });
  scenario.selftests.source = scenario.kernel.source;
  map.with("selftests", [&](const YAML::Node& node) { scenario.selftests = read_selftests(context, node); });
  scenario.machines = model::machine_ids();
  map.with("machines", [&](const YAML::Node& node) { scenario.machines = read_machines(context, node); });
  map.with("guest", [&](const YAML::Node& node) { read_guest(context, node, scenario); });
  map.with("pools", [&](const YAML::Node& node) { context.pools = read_pool_sets(context, node); });
  map.with("tests", [&](const YAML::Node& node) { read_tests(context, node, scenario); });
  map.with("benchmarks", [&](const YAML::Node& node) { read_benchmarks(context, node, scenario); });
  if (!map.has("tests") && !map.has("benchmarks") && root.IsMap())
    context.reader.error(map.place(), "the scenario has neither `tests` nor `benchmarks`",
                         "list them: `tests: [{run: gup_longterm}]`");
  read_how(context, map, scenario);
  map.with("expects", [&](const YAML::Node& node) { scenario.expects = read_expects(context, node, scenario); });
  read_known(context, map, scenario, elsewhere);
}

}  // namespace

std::string Context::path(const std::string& text) const {
  return (base::fs::path(reader.file()).parent_path() / text).lexically_normal().string();
}

std::expected<model::Scenario, base::Diagnostics> parse_scenario(std::string_view text, const std::string& file,
                                                                 const LoadOptions& options) {
  YamlReader reader(file);
  Context context{reader, options};
  model::Scenario scenario;
  scenario.file = file;
  base::Diagnostics elsewhere;
  try {
    if (const auto root = reader.parse(text)) read_scenario(context, *root, scenario, elsewhere);
  } catch (const YAML::Exception& problem) {
    // Not reached by any input known: every access is checked first. Hostile text must not end the program.
    reader.error(Place{}, "the file cannot be read: " + base::printable(problem.what()), "simplify it");
  }
  if (!reader.failed() && elsewhere.empty())
    for (base::Diagnostic& problem : check_fitness(scenario))
      reader.error(Place{problem.line, problem.column}, std::move(problem.message), std::move(problem.hint));
  base::Diagnostics found = reader.take();
  found.insert(found.end(), elsewhere.begin(), elsewhere.end());
  if (!found.empty()) return std::unexpected(std::move(found));
  return scenario;
}

std::expected<model::Scenario, base::Diagnostics> load_scenario(const base::fs::path& path,
                                                                const LoadOptions& options) {
  // One byte more than the reader takes, so that the reader can say how long a file may be.
  auto text = base::read_file(path, YamlReader::kMaxBytes + 1);
  if (!text)
    return std::unexpected(base::Diagnostics{{path.string(), 0, 0, text.error().message,
                                              "`vmlab list scenarios` shows the scenarios there are"}});
  return parse_scenario(*text, path.string(), options);
}

}  // namespace scenario
