// SPDX-License-Identifier: Apache-2.0
#include "scenario/fitness.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
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

constexpr std::uint64_t kGigantic = std::uint64_t{1} << 30;

// A pool has at most 2^24 pages; the cut keeps a silly page size from overflowing.
std::uint64_t bytes_of(const model::HugePagePool& pool) {
  return std::min(pool.page_bytes, std::uint64_t{1} << 36) * pool.pages;
}

struct Checker {
  const model::Machine& machine;
  model::GuestSpec guest;
  std::string selftests;
  base::Diagnostics& out;
  std::set<std::string>& seen;  // a pool set used by ten tests is wrong once

  void report(const model::TestSpec& test, std::string message, std::string hint) {
    const int line = test.hugepages_line > 0 ? test.hugepages_line : test.line;
    if (seen.insert(fmt::format("{}:{}", line, message)).second)
      out.push_back({"", line, 0, std::move(message), std::move(hint)});
  }

  // Pages of 1G and more are reserved at boot, so every test lives with the largest such pool of any.
  std::map<std::uint64_t, std::uint64_t> gigantic = {};

  std::optional<model::TestSpec> here(const model::TestSpec& anywhere) const {
    model::TestSpec test = for_machine(anywhere, machine.id, selftests);
    if (!test.unfit.empty()) return std::nullopt;
    return test;
  }

  void reserve(const model::TestSpec& anywhere) {
    const auto test = here(anywhere);
    if (!test) return;
    std::map<std::uint64_t, std::uint64_t> own;
    for (const model::HugePagePool& pool : test->needs.hugepages)
      if (pool.page_bytes >= kGigantic) own[pool.page_bytes] += bytes_of(pool);
    for (const auto& [size, bytes] : own) gigantic[size] = std::max(gigantic[size], bytes);
  }

  void check(const model::TestSpec& anywhere) {
    const auto found = here(anywhere);
    if (!found) return;
    const model::TestSpec& test = *found;
    const auto sizes = model::hugepage_sizes(machine);
    std::uint64_t sum = 0;
    for (const auto& [size, bytes] : gigantic) sum += bytes;
    for (const model::HugePagePool& pool : test.needs.hugepages) {
      const std::string size = base::format_size(pool.page_bytes);
      if (std::ranges::find(sizes, pool.page_bytes) == sizes.end())
        report(test, fmt::format("machine {} has no huge pages of {}", machine.id, size),
               fmt::format("its sizes are {}; give it a pool of its own under `per_machine` or in `pools`",
                           sizes_of(machine)));
      if (pool.node >= guest.numa_nodes)
        report(test, fmt::format("machine {}'s guest has no NUMA node {}", machine.id, pool.node),
               fmt::format("it has {}; set `guest: {{nodes: {}}}`", guest.numa_nodes, pool.node + 1));
      if (pool.page_bytes < kGigantic) sum += bytes_of(pool);
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
    Checker checker{*machine, guest_for(scenario, *machine), scenario.selftests.source.text(), out, seen};
    for (const model::TestSpec& test : scenario.tests) checker.reserve(test);
    for (const model::VmtestsSelection& selection : scenario.vmtests) checker.reserve(selection.base);
    for (const model::TestSpec& test : scenario.tests) checker.check(test);
    for (const model::VmtestsSelection& selection : scenario.vmtests) checker.check(selection.base);
  }
  return out;
}

}  // namespace scenario
