// SPDX-License-Identifier: Apache-2.0
#include "lab/vmtests.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "kernel/kconfig.h"
#include "ktap/run_vmtests.h"
#include "scenario/fitness.h"

namespace lab {
namespace {

// What the script would read from /proc/meminfo. Huge pages of the e500 run into a kernel BUG in nearly every test
// that maps them (scenarios/known-failures.yaml): there its list is read as on a machine without hugetlb.
std::uint64_t hugepages_for_list(const model::Machine& machine) {
  return machine.arch == model::Arch::ppc32 ? 0 : model::default_hugepage(machine);
}

constexpr std::string_view kNodes = "numa_nodes_";

bool fits(const model::Needs& needs, const model::GuestSpec& guest, std::string& why) {
  std::uint64_t pools = 0;
  for (const model::HugePagePool& pool : needs.hugepages) pools += pool.page_bytes * pool.pages;
  const std::uint64_t room = guest.memory_bytes - std::min(guest.memory_bytes, scenario::reserved_memory(guest.memory_bytes));
  if (pools > room)
    why = fmt::format("needs {} of huge pages, the guest has {}", base::format_size(pools),
                      base::format_size(guest.memory_bytes));
  else if (needs.memory_bytes > guest.memory_bytes)
    why = fmt::format("needs {} of memory, the guest has {}", base::format_size(needs.memory_bytes),
                      base::format_size(guest.memory_bytes));
  else
    for (const std::string& feature : needs.features)
      if (const auto nodes = feature.starts_with(kNodes) ? base::parse_int(feature.substr(kNodes.size())) : std::nullopt;
          nodes && *nodes > guest.numa_nodes)
        why = fmt::format("needs {} NUMA nodes, the scenario's guest has {}", *nodes, guest.numa_nodes);
  return why.empty();
}

// The scenario's word first; the table's where the scenario is silent.
void fill_in(model::Needs& needs, const model::Needs& table) {
  if (needs.hugepages.empty()) needs.hugepages = table.hugepages;
  if (needs.memory_bytes == 0) needs.memory_bytes = table.memory_bytes;
  if (needs.swap_bytes == 0) needs.swap_bytes = table.swap_bytes;
  if (needs.filesystem == model::ScratchFs::none) needs.filesystem = table.filesystem;
  if (needs.min_vcpus == 0) needs.min_vcpus = table.min_vcpus;
  if (needs.settings.empty()) needs.settings = table.settings;
  if (needs.config.empty()) needs.config = table.config;
  if (needs.features.empty()) needs.features = table.features;
}

// A list may leave a category out on this machine; one that the script never names is a mistake.
base::Result<void> check_categories(std::span<const std::string> wanted, const BuiltSelftests& selftests) {
  constexpr std::string_view kMark = "CATEGORY=\"";
  std::vector<std::string> known;
  std::string_view text = selftests.run_vmtests;
  for (auto at = text.find(kMark); at != text.npos; at = text.find(kMark)) {
    text.remove_prefix(at + kMark.size());
    const std::string_view name = text.substr(0, text.find('"'));
    if (std::ranges::find(known, name) == known.end()) known.emplace_back(name);
  }
  for (const std::string& category : wanted) {
    if (std::ranges::find(known, category) != known.end()) continue;
    if (known.empty())
      return base::fail(fmt::format("run_vmtests.sh of {} has no categories", selftests.source),
                        "leave `categories:` out, or name tests with `tests:`");
    const auto close = base::nearest(category, known);
    return base::fail(fmt::format("run_vmtests.sh of {} has no category '{}'", selftests.source, base::printable(category)),
                      close ? fmt::format("did you mean {}?", base::printable(*close))
                            : "it has " + base::printable(fmt::format("{}", fmt::join(known, ", "))));
  }
  return {};
}

}  // namespace

std::expected<std::vector<std::string>, base::Diagnostic> expand_vmtests(scenario::JobRequest& job, const BuiltSelftests& selftests) {
  std::vector<std::string> remarks;
  for (const model::VmtestsSelection& selection : job.vmtests) {
    if (selftests.run_vmtests.empty()) {
      remarks.push_back("the selftests of " + selftests.source + " have no run_vmtests.sh");
      continue;
    }
    if (auto known = check_categories(selection.categories, selftests); !known)
      return std::unexpected(base::Diagnostic{.file = job.scenario->file,
                                              .line = selection.base.line,
                                              .column = selection.base.column,
                                              .message = known.error().message,
                                              .hint = known.error().hint});
    ktap::VmtestMachine machine;
    machine.arch = job.machine->arch;
    machine.hugepage_bytes = hugepages_for_list(*job.machine);
    machine.vcpus = job.guest.vcpus;
    machine.run_all = selection.extra;
    machine.destructive = selection.destructive;
    const ktap::VmtestList list = ktap::read_run_vmtests(selftests.run_vmtests, "run_vmtests.sh", machine);
    for (const base::Diagnostic& unknown : list.unknown) remarks.push_back(unknown.text());

    std::vector<scenario::Command> commands;
    std::vector<const ktap::VmtestCommand*> origin;
    for (const ktap::VmtestCommand& command : list.commands) {
      if (!selection.categories.empty() &&
          std::ranges::find(selection.categories, command.category) == selection.categories.end())
        continue;
      commands.push_back({command.program, command.arguments, command.id});
      origin.push_back(&command);
    }
    const std::size_t first = job.tests.size();
    scenario::add_commands(job, selection, commands);
    for (std::size_t i = first; i < job.tests.size();) {
      model::TestSpec& test = job.tests[i];
      const auto same = std::ranges::find_if(origin, [&](const ktap::VmtestCommand* command) {
        return command->program == test.program && command->arguments == test.arguments;
      });
      std::string why;
      if (same != origin.end()) {
        fill_in(test.needs, (*same)->needs);
        const model::TestSpec listed = ktap::test_of(**same);
        test.limit = std::max(test.limit, listed.limit);
        test.in_scratch = listed.in_scratch;
        test.as_nobody = listed.as_nobody;
        if (!listed.unfit.empty()) why = listed.unfit.back().reason;
      }
      if (why.empty()) fits(test.needs, job.guest, why);
      if (why.empty()) {
        ++i;
        continue;
      }
      job.unfit.push_back({test, why});
      job.tests.erase(job.tests.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  job.vmtests.clear();
  return remarks;
}

void drop_without_config(scenario::JobRequest& job, std::string_view config) {
  const kernel::ConfigValues values = kernel::parse_config_values(config);
  // A module counts: those that tests want are among the ones a guest loads.
  const auto has = [&](const std::string& option) {
    const auto found = values.find(option);
    return found != values.end() && (found->second == "y" || found->second == "m");
  };
  std::vector<model::TestSpec> left;
  for (model::TestSpec& test : job.tests) {
    std::string missing;
    for (const std::string& option : test.needs.config)
      if (!has(option)) missing += (missing.empty() ? "CONFIG_" : ", CONFIG_") + option;
    if (missing.empty()) left.push_back(std::move(test));
    else job.unfit.push_back({std::move(test), "the kernel lacks " + missing});
  }
  job.tests = std::move(left);
}

}  // namespace lab
