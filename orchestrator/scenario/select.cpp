// SPDX-License-Identifier: Apache-2.0
#include "scenario/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "base/units.h"
#include "scenario/resolve.h"
#include "scenario/yaml_reader.h"

namespace scenario {
namespace {

bool is_selected(const std::vector<std::string>& globs, const std::string& id) {
  return globs.empty() || std::ranges::any_of(globs, [&](const std::string& glob) { return selects(glob, id); });
}

// Static needs that the guest as described cannot meet: known before it boots.
std::optional<std::string> unmet(const model::TestSpec& test, const model::GuestSpec& guest) {
  if (test.needs.memory_bytes > guest.memory_bytes)
    return fmt::format("needs {} of memory, the scenario's guest has {}", base::format_size(test.needs.memory_bytes),
                       base::format_size(guest.memory_bytes));
  if (test.needs.min_vcpus > guest.vcpus)
    return fmt::format("needs {} vCPUs, the scenario's guest has {}", test.needs.min_vcpus, guest.vcpus);
  return std::nullopt;
}

void add_test(JobRequest& job, const model::TestSpec& anywhere) {
  if (!job.shard.has(job.machine->id, anywhere.id)) return;
  model::TestSpec test = for_machine(anywhere, job.machine->id, job.selftests.source.text());
  std::optional<std::string> reason;
  if (!test.unfit.empty()) reason = test.unfit.front().reason;
  else reason = unmet(test, job.guest);
  if (reason) job.unfit.push_back({std::move(test), *reason});
  else job.tests.push_back(std::move(test));
}

bool wants(const Selection& selection, const model::Machine& machine) {
  if (selection.archs.empty() && selection.machines.empty()) return true;
  for (const std::string& arch : selection.archs)
    if (model::arch_from(arch) == machine.arch) return true;
  return std::ranges::any_of(selection.machines,
                             [&](const std::string& glob) { return base::glob_match(glob, machine.id); });
}

using Scenarios = std::vector<std::shared_ptr<const model::Scenario>>;

std::vector<const model::Machine*> machines_of(const model::Scenario& scenario) {
  std::vector<const model::Machine*> machines;
  for (const std::string& id : scenario.machines)
    if (const model::Machine* machine = model::find_machine(id)) machines.push_back(machine);
  return machines;
}

void check_archs(const Selection& selection, const Scenarios& scenarios, base::Diagnostics& out) {
  for (const std::string& arch : selection.archs) {
    std::vector<std::string> names;
    for (const model::Machine& machine : model::machines()) {
      const std::string name(model::to_string(machine.arch));
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    const auto known = model::arch_from(arch);
    if (!known) {
      const bool machine = model::find_machine(arch) != nullptr;
      out.push_back({"", 0, 0, fmt::format("unknown architecture {}", in_quotes(arch)),
                     machine ? fmt::format("it is a machine: `--machine {}`", arch) : suggest(arch, names)});
      continue;
    }
    const bool used = std::ranges::any_of(scenarios, [&](const auto& scenario) {
      return std::ranges::any_of(machines_of(*scenario), [&](const auto* m) { return m->arch == *known; });
    });
    if (!used)
      out.push_back({"", 0, 0, fmt::format("no machine of the scenario is {}", in_quotes(arch)),
                     "add one to its `machines`, or ask for another architecture"});
  }
}

void check_machines(const Selection& selection, const Scenarios& scenarios, base::Diagnostics& out) {
  std::vector<std::string> used;
  for (const auto& scenario : scenarios)
    for (const model::Machine* machine : machines_of(*scenario)) used.emplace_back(machine->id);
  for (const std::string& glob : selection.machines) {
    const auto matches = [&](const std::string& id) { return base::glob_match(glob, id); };
    if (std::ranges::any_of(used, matches)) continue;
    const bool arch = model::arch_from(glob).has_value();
    const bool known = std::ranges::any_of(model::machine_ids(), matches);
    out.push_back({"", 0, 0,
                   known ? in_quotes(glob) + " is not among the scenario's machines" : "unknown machine " + in_quotes(glob),
                   arch && !known ? fmt::format("it is an architecture: `--arch {}`", glob)
                                  : suggest(glob, known ? used : model::machine_ids())});
  }
}

void check_tests(const Selection& selection, const Scenarios& scenarios, base::Diagnostics& out) {
  std::vector<std::string> ids;
  for (const auto& scenario : scenarios) {
    if (!scenario->vmtests.empty()) return;  // what else there is only the selftest tree knows
    for (const model::TestSpec& test : scenario->tests)
      if (std::ranges::find(ids, test.id) == ids.end()) ids.push_back(test.id);
  }
  for (const std::string& glob : selection.tests) {
    if (std::ranges::any_of(ids, [&](const std::string& id) { return selects(glob, id); })) continue;
    std::vector<std::string> names = ids;  // people leave "mm/" out, so compare with both spellings
    if (glob.find('/') == std::string::npos)
      for (std::string& name : names) name = name.substr(name.find('/') + 1);
    out.push_back({"", 0, 0, fmt::format("no test matches {}", in_quotes(glob)), suggest(glob, names)});
  }
}

// A pristine guest for each test where that is cheap: where guests can be copied from a frozen one.
model::Isolation default_isolation(const model::Machine& machine, model::Clock clock) {
  return machine.restores && clock == model::Clock::wall ? model::Isolation::test : model::Isolation::suite;
}

JobRequest job_for(const std::shared_ptr<const model::Scenario>& scenario, const model::Machine& machine,
                   const Selection& selection) {
  JobRequest job;
  job.scenario = scenario;
  job.machine = &machine;
  job.kernel = scenario->kernel;
  job.selftests = scenario->selftests;
  if (selection.kernel) {
    // The scenario's selftests follow the kernel unless it names a tree for them.
    if (job.selftests.source == job.kernel.source) job.selftests.source = *selection.kernel;
    job.kernel.source = *selection.kernel;
  }
  job.kernel.patches.insert(job.kernel.patches.end(), selection.patches.begin(), selection.patches.end());
  if (selection.selftests) job.selftests.source = *selection.selftests;
  job.guest = guest_for(*scenario, machine);
  job.clock = selection.clock.value_or(scenario->clock);
  job.isolation = selection.isolation.value_or(scenario->isolation.value_or(default_isolation(machine, job.clock)));
  job.seed = selection.seed ? selection.seed : scenario->seed;
  job.test_globs = selection.tests;
  job.shard = selection.shard;
  for (const model::TestSpec& test : scenario->tests)
    if (is_selected(selection.tests, test.id)) add_test(job, test);
  job.vmtests = scenario->vmtests;
  return job;
}

}  // namespace

bool Shard::has(std::string_view machine, std::string_view test_id) const {
  if (count <= 1) return true;
  const std::string digits = base::Sha256().field(machine).field(test_id).hex().substr(0, 15);
  return std::stoull(digits, nullptr, 16) % static_cast<unsigned>(count) == static_cast<unsigned>(index - 1);
}

base::Result<Shard> parse_shard(std::string_view text) {
  const auto parts = base::split(text, '/');
  const auto k = base::parse_int(parts.front()), n = base::parse_int(parts.back());
  if (parts.size() != 2 || !k || !n || *n < 1 || *n > 10'000 || *k < 1 || *k > *n)
    return base::fail(fmt::format("{} is not a shard", in_quotes(text)), "write K/N with 1 <= K <= N, for example 1/4");
  return Shard{static_cast<int>(*k), static_cast<int>(*n)};
}

bool selects(const std::string& glob, const std::string& test_id) {
  const std::string tail = test_id.substr(test_id.find('/') + 1);
  return base::glob_match(glob, test_id) || base::glob_match(glob, tail) || glob.starts_with(test_id + "/") ||
         glob.starts_with(tail + "/");
}

std::expected<std::vector<JobRequest>, base::Diagnostics> select_jobs(const Scenarios& scenarios,
                                                                      const Selection& selection) {
  base::Diagnostics problems;
  check_archs(selection, scenarios, problems);
  check_machines(selection, scenarios, problems);
  check_tests(selection, scenarios, problems);
  if (!problems.empty()) return std::unexpected(std::move(problems));
  std::vector<JobRequest> jobs;
  for (const auto& scenario : scenarios)
    for (const model::Machine* machine : machines_of(*scenario)) {
      if (!wants(selection, *machine)) continue;
      JobRequest job = job_for(scenario, *machine, selection);
      if (!job.empty()) jobs.push_back(std::move(job));
    }
  return jobs;
}

void add_commands(JobRequest& job, const model::VmtestsSelection& selection, const std::vector<Command>& commands) {
  std::multiset<std::string> seen;
  for (const model::TestSpec& test : job.scenario->tests) seen.insert(test.id);
  for (const Command& command : commands) {
    model::TestSpec test = from_command(selection, command.program, command.arguments);
    const std::string as_typed = test.id;
    if (!command.id.empty()) test.id = selection.collection + "/" + command.id;
    seen.insert(test.id);
    if (const std::size_t times = seen.count(test.id); times > 1) test.id += fmt::format(" #{}", times);
    if (is_selected(job.test_globs, test.id) || is_selected(job.test_globs, as_typed)) add_test(job, test);
  }
}

}  // namespace scenario
