// SPDX-License-Identifier: Apache-2.0
#include "scenario/resolve.h"

#include <algorithm>

#include "base/text.h"

namespace scenario {
namespace {

template <class T>
void replace(T& value, const std::optional<T>& change) {
  if (change) value = *change;
}

void apply(const model::TestVariation& change, model::TestSpec& test) {
  replace(test.arguments, change.arguments);
  replace(test.needs.memory_bytes, change.memory_bytes);
  replace(test.needs.hugepages, change.hugepages);
  replace(test.needs.swap_bytes, change.swap_bytes);
  replace(test.needs.filesystem, change.filesystem);
  replace(test.needs.config, change.config);
  replace(test.needs.features, change.features);
  replace(test.needs.min_vcpus, change.min_vcpus);
  replace(test.needs.settings, change.settings);
  replace(test.limit, change.limit);
  replace(test.floods_console, change.floods_console);
  replace(test.dialect, change.dialect);
  replace(test.expected_log, change.expected_log);
  replace(test.expected_log_counts, change.expected_log_counts);
  if (change.unfit) test.unfit.insert(test.unfit.end(), change.unfit->begin(), change.unfit->end());
  if (change.hugepages) test.hugepages_line = change.line;
}

std::string command_of(std::string_view program, const std::vector<std::string>& arguments) {
  std::string command(program);
  for (const std::string& argument : arguments) command += " " + argument;
  return command;
}

}  // namespace

model::TestSpec for_machine(const model::TestSpec& test, std::string_view machine, std::string_view selftests) {
  model::TestSpec here = test;
  here.variations.clear();
  for (const model::TestVariation& change : test.variations)
    if (base::glob_match(change.machine, machine) && base::glob_match(change.selftests, selftests)) apply(change, here);
  std::erase_if(here.unfit, [&](const model::UnfitHere& unfit) { return !base::glob_match(unfit.machine, machine); });
  return here;
}

model::TestSpec from_command(const model::VmtestsSelection& selection, std::string_view program,
                             const std::vector<std::string>& arguments) {
  model::TestSpec test = selection.base;
  test.collection = selection.collection;
  test.program = program;
  test.arguments = arguments;
  test.optional = true;  // the list names programs that not every architecture builds
  const std::string command = command_of(program, arguments);
  test.id = selection.collection + "/" + command;
  std::erase_if(test.variations, [&](const model::TestVariation& v) { return !base::glob_match(v.command, command); });
  return test;
}

model::GuestSpec guest_for(const model::Scenario& scenario, const model::Machine& machine) {
  const auto own = scenario.guest_overrides.find(std::string(machine.id));
  model::GuestSpec guest = own == scenario.guest_overrides.end() ? scenario.guest : own->second;
  std::uint64_t memory = machine.default_memory;
  int vcpus = machine.default_vcpus;
  const auto grow = [&](const model::TestSpec& test) {
    const model::TestSpec here = for_machine(test, machine.id, scenario.selftests.source.text());
    if (!here.unfit.empty()) return;
    memory = std::max(memory, here.needs.memory_bytes);
    vcpus = std::max(vcpus, here.needs.min_vcpus);
  };
  for (const model::TestSpec& test : scenario.tests) grow(test);
  for (const model::VmtestsSelection& selection : scenario.vmtests) grow(selection.base);
  if (guest.memory_bytes == 0) guest.memory_bytes = memory;
  if (guest.vcpus == 0) guest.vcpus = std::max(vcpus, guest.numa_nodes);
  return guest;
}

}  // namespace scenario
