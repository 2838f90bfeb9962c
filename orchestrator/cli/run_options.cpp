// SPDX-License-Identifier: Apache-2.0
#include "cli/run_options.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/scenarios.h"
#include "cli/source_argument.h"
#include "cli/shell_words.h"
#include "cli/stored_command.h"
#include "cli/stored_run.h"
#include "compare/known_failures.h"
#include "scenario/select.h"

namespace cli {
namespace {

template <class T>
std::optional<T> choice(const std::string& option, const std::string& value,
                        std::initializer_list<std::pair<std::string_view, T>> choices) {
  if (value.empty()) return std::nullopt;
  std::string names;
  for (const auto& [name, result] : choices) {
    if (name == value) return result;
    names += (names.empty() ? "" : " or ") + std::string(name);
  }
  user_error(fmt::format("{} {} is not known", option, base::printable(value)), option + " is " + names);
}

scenario::Selection selection_of(const RunOptions& options) {
  scenario::Selection selection;
  selection.archs = options.archs;
  selection.machines = options.machines;
  selection.tests = options.tests;
  selection.patches = options.patches;
  if (!options.kernel.empty()) {
    SourceArgument source = parse_source_argument(options.kernel);
    selection.kernel = std::move(source.source);
    selection.patches.insert(selection.patches.begin(), source.patches.begin(), source.patches.end());
  }
  if (!options.selftests.empty()) selection.selftests = parse_source_argument(options.selftests).source;
  selection.isolation = choice<model::Isolation>(
      "--isolation", options.isolation, {{"suite", model::Isolation::suite}, {"test", model::Isolation::test}});
  selection.clock = choice<model::Clock>(
      "--clock", options.clock, {{"wall", model::Clock::wall}, {"instructions", model::Clock::instructions}});
  selection.seed = options.seed;
  if (!options.shard.empty()) {
    auto shard = scenario::parse_shard(options.shard);
    if (!shard) user_error(shard.error().message, shard.error().hint);
    selection.shard = *shard;
  }
  return selection;
}

// `git bisect run` asks whether, not how often.
int retries_of(const Scenarios& scenarios, const RunOptions& options) {
  constexpr int kRetries = 2;
  if (options.git_bisect) return 0;
  std::optional<int> most;
  for (const auto& scenario : scenarios)
    if (scenario->retries) most = std::max(most.value_or(0), *scenario->retries);
  return most.value_or(kRetries);
}

// What runs, and against which kernel.
void add_choice_options(CLI::App& command, RunOptions& options) {
  command.add_option("SCENARIO", options.scenarios, "Scenario files, or names of shipped ones");
  command.add_option("--arch", options.archs, "Only these architectures")->delimiter(',')->type_name("A,..");
  command.add_option("--machine", options.machines, "Only these machines; globs")->delimiter(',')->type_name("M,..");
  command.add_option("--test", options.tests, "Only these tests; * crosses /")->type_name("GLOB");
  command.add_option("--kernel", options.kernel, "debian:6.12, dir:PATH, git:PATH#REV, prebuilt:PATH; +FILE adds a patch")
      ->type_name("SRC");
  command.add_option("--patch", options.patches, "A diff, an mbox or a quilt directory, on top")->type_name("FILE");
  command.add_option("--selftests", options.selftests, "Where the selftests come from")->type_name("SRC");
  command.add_option("--jobs", options.jobs, "Guests at once (default: one per core)")
      ->check(CLI::Range(1, 1024))->type_name("N");
}

}  // namespace

void remove_options(CLI::App& command, std::initializer_list<const char*> names) {
  for (const char* name : names) command.remove_option(command.get_option(name));
}

void add_run_options(CLI::App& command, RunOptions& options) {
  add_choice_options(command, options);
  command.add_option("--isolation", options.isolation, "suite: tests share a guest; test: a fresh guest for each");
  command.add_option("--clock", options.clock, "wall or instructions");
  command.add_option("--seed", options.seed, "Seed of everything random")->type_name("N");
  command.add_option("--shard", options.shard, "Run one of N parts")->type_name("K/N");
  command.add_option("--retries", options.retries, "Run a bad result so often again, to see whether it is flaky (default: 2)")
      ->check(CLI::Range(0, 100))->type_name("N");
  command.add_flag("--dump-on-hang", options.dump_on_hang, "Keep the memory of guests in which something hangs");
  command.add_option("--resume", options.resume, "Go on with an interrupted run: what is left, nothing twice")->type_name("RUN");
  command.add_option("--junit", options.junit, "Write JUnit XML")->type_name("FILE");
  command.add_flag("--git-bisect", options.git_bisect, "Exit as `git bisect run` wants: 0, 1, 125, 255");
}

void add_measuring_options(CLI::App& command, RunOptions& options) {
  add_choice_options(command, options);
  remove_options(command, {"--kernel", "--patch"});  // each side's own
  options.seeds = "1..8";
  command.add_option("--seeds", options.seeds, "By the instruction clock: the boots of each side (default: 1..8)")->type_name("A..B");
  command.add_option("--clock", options.clock, "instructions or wall (default: the scenario's)");
}

void add_hunt_options(CLI::App& command, RunOptions& options) {
  add_choice_options(command, options);
  options.seeds = "1..100";
  command.add_option("--seeds", options.seeds, "The seeds to try, in this order (default: 1..100)")->type_name("A..B");
  command.add_option("--arguments", options.arguments, "Give the test these arguments, quoted as one word")->type_name("TEXT");
  command.add_flag("--shrink", options.shrink, "Then look whether smaller arguments let it fail too");
  options.hunt = true;
  options.clock = "instructions";
  options.retries = 0;
}

void add_bisect_run_options(CLI::App& command, RunOptions& options) {
  add_choice_options(command, options);
  remove_options(command, {"--patch", "--test"});  // the steps' own
  options.seeds = "1..8";
  command.add_option("--seeds", options.seeds, "By the instruction clock: the seeds of each step (default: 1..8)")->type_name("A..B");
  command.add_option("--clock", options.clock, "wall or instructions (default: the scenario's)");
  command.add_option("--isolation", options.isolation, "suite: tests share a guest; test: a fresh guest for each");
}

namespace {

void replace_arguments(std::vector<scenario::JobRequest>& jobs, const std::string& arguments) {
  for (scenario::JobRequest& job : jobs) {
    if (!job.vmtests.empty())
      user_error("--arguments: the arguments of run_vmtests.sh's tests are part of their names",
                 "a scenario with the test under `tests:`");
    for (model::TestSpec& test : job.tests) test.arguments = shell_words(arguments);
  }
}

}  // namespace

std::vector<std::uint64_t> parse_seeds(const std::string& option, const std::string& text) {
  constexpr std::int64_t kMost = 100'000;
  const auto dots = text.find("..");
  const auto first = base::parse_int(text.substr(0, dots));
  const auto last = dots == std::string::npos ? first : base::parse_int(text.substr(dots + 2));
  if (!first || !last || *first < 1 || *last < *first)
    user_error(fmt::format("{} {} is no range of seeds", option, base::printable(text)),
               option + " A..B, from 1 on: " + option + " 1..100");
  if (*last - *first >= kMost)
    user_error(fmt::format("{} {} are more than {} seeds", option, base::printable(text), kMost), "try fewer at a time");
  std::vector<std::uint64_t> seeds;
  for (std::int64_t seed = *first; seed <= *last; ++seed) seeds.push_back(static_cast<std::uint64_t>(seed));
  return seeds;
}

lab::RunRequest request_of(const Session& session, const RunOptions& options) {
  if (options.scenarios.empty()) user_error("no scenario is given", "vmlab run SCENARIO; vmlab list scenarios shows them");
  const Scenarios scenarios = load_scenarios(session, options.scenarios);
  auto jobs = scenario::select_jobs(scenarios, selection_of(options));
  if (!jobs) throw base::UserError{jobs.error()};
  lab::RunRequest request;
  request.jobs = std::move(*jobs);
  if (options.arguments) replace_arguments(request.jobs, *options.arguments);
  for (const auto& scenario : scenarios)
    request.scenario_names += (request.scenario_names.empty() ? "" : ",") + scenario->name;
  request.command = session.command_line;
  request.guests = options.jobs;
  request.dump_on_hang = options.dump_on_hang;
  request.hunt = options.hunt;
  request.reruns = {.retries = options.retries.value_or(retries_of(scenarios, options)),
                    .known = known_failures(session),
                    .expects = {},
                    .today = compare::today_utc()};
  return request;
}

RunOptions parse_run_command(Session& session, const std::string& command_line) {
  RunOptions options;
  parse_stored_command(session, command_line, "that run", [&](CLI::App& command, const std::string& name) {
    if (name == "hunt") add_hunt_options(command, options);
    else if (name == "run") add_run_options(command, options);
    else return false;
    return true;
  });
  return options;
}

std::string run_command_text(const RunOptions& options) {
  std::string text = options.hunt ? "vmlab hunt" : "vmlab run";
  const auto add = [&](std::string_view option, const std::string& value) {
    if (value.empty()) return;
    if (!option.empty()) text += " " + std::string(option);
    text += " " + base::shell_quote(value);
  };
  for (const std::string& scenario : options.scenarios) add("", scenario);
  add("--kernel", options.kernel);
  add("--selftests", options.selftests);
  for (const std::string& arch : options.archs) add("--arch", arch);
  for (const std::string& machine : options.machines) add("--machine", machine);
  for (const std::string& test : options.tests) add("--test", test);
  for (const std::string& patch : options.patches) add("--patch", patch);
  if (options.hunt) {  // it has its own clock, and guests of its own
    add("--seeds", options.seeds);
    if (options.arguments) text += " --arguments=" + base::shell_quote(*options.arguments);
    return text;
  }
  add("--isolation", options.isolation);
  add("--clock", options.clock);
  if (options.seed) add("--seed", std::to_string(*options.seed));
  if (options.retries) add("--retries", std::to_string(*options.retries));
  if (options.dump_on_hang) text += " --dump-on-hang";
  return text;
}

}  // namespace cli
