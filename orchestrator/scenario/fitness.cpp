// SPDX-License-Identifier: Apache-2.0
#include "scenario/fitness.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/units.h"
#include "model/machine.h"
#include "scenario/resolve.h"

namespace scenario {
namespace {

std::string sizes_of(const model::Machine& machine) {
  std::string list;
  for (const std::uint64_t bytes : model::hugepage_sizes(machine))
    list += (list.empty() ? "" : ", ") + base::format_size(bytes);
  return list;
}

struct Checker {
  const model::Machine& machine;
  model::GuestSpec guest;
  base::Diagnostics& out;
  std::set<std::string>& seen;  // a pool set used by ten tests is wrong once

  void report(const model::TestSpec& test, std::string message, std::string hint) {
    const int line = test.hugepages_line > 0 ? test.hugepages_line : test.line;
    if (seen.insert(fmt::format("{}:{}", line, message)).second)
      out.push_back({"", line, 0, std::move(message), std::move(hint)});
  }

  void check(const model::TestSpec& anywhere) {
    const model::TestSpec test = for_machine(anywhere, machine.id);
    if (!test.unfit.empty()) return;
    const auto sizes = model::hugepage_sizes(machine);
    std::uint64_t sum = 0;
    for (const model::HugePagePool& pool : test.needs.hugepages) {
      const std::string size = base::format_size(pool.page_bytes);
      if (std::ranges::find(sizes, pool.page_bytes) == sizes.end())
        report(test, fmt::format("machine {} has no huge pages of {}", machine.id, size),
               fmt::format("its sizes are {}; give it a pool of its own under `per_machine` or in `pools`",
                           sizes_of(machine)));
      if (pool.node >= guest.numa_nodes)
        report(test, fmt::format("machine {}'s guest has no NUMA node {}", machine.id, pool.node),
               fmt::format("it has {}; set `guest: {{nodes: {}}}`", guest.numa_nodes, pool.node + 1));
      // No overflow: at most 2^24 pages per pool, and sizes are below 2^40 once the check above has passed.
      sum += std::min(pool.page_bytes, std::uint64_t{1} << 38) * pool.pages;
    }
    const std::uint64_t reserve = reserved_memory(guest.memory_bytes);
    const std::uint64_t room = guest.memory_bytes > reserve ? guest.memory_bytes - reserve : 0;
    if (sum <= room) return;
    // What would fit, in whole gigabytes so that the number is one people write.
    std::uint64_t fits = std::uint64_t{1} << 30;
    while (fits - reserved_memory(fits) < sum && fits < (std::uint64_t{1} << 50)) fits += std::uint64_t{1} << 30;
    report(test,
           fmt::format("the guest of machine {} cannot hold {} of huge pages: it has {} of memory",
                       machine.id, base::format_size(sum), base::format_size(guest.memory_bytes)),
           fmt::format("ask for fewer pages (at most {}), or set `guest: {{memory: {}}}`", base::format_size(room),
                       base::format_size(fits)));
  }
};

}  // namespace

std::uint64_t reserved_memory(std::uint64_t guest_memory) {
  return (std::uint64_t{192} << 20) + guest_memory / 16;
}

base::Diagnostics check_fitness(const model::Scenario& scenario) {
  base::Diagnostics out;
  std::set<std::string> seen;
  for (const std::string& id : scenario.machines) {
    const model::Machine* machine = model::find_machine(id);
    if (machine == nullptr) continue;
    Checker checker{*machine, guest_for(scenario, *machine), out, seen};
    for (const model::TestSpec& test : scenario.tests) checker.check(test);
    for (const model::VmtestsSelection& selection : scenario.vmtests) checker.check(selection.base);
  }
  return out;
}

}  // namespace scenario
