// SPDX-License-Identifier: Apache-2.0
#include "lab/job_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/units.h"

namespace lab {

std::vector<runner::JobTest> plan_tests(const std::vector<model::TestSpec>& tests) {
  std::vector<runner::JobTest> planned;
  for (const model::TestSpec& test : tests) {
    runner::JobTest entry;
    entry.test = test;
    const std::string folder = std::string(kSelftestsInGuest) + "/" + test.collection;
    entry.planned = {.index = static_cast<int>(planned.size()),
                     .id = test.id,
                     .directory = test.in_scratch ? kScratchInGuest : folder,
                     .program = (test.in_scratch ? folder : ".") + "/" + test.program,
                     .arguments = test.arguments,
                     .environment = test.environment,
                     .hugepages = test.needs.hugepages,
                     .swap_bytes = test.needs.swap_bytes,
                     .filesystem = test.needs.filesystem,
                     .as_nobody = test.as_nobody,
                     .guest_limit_ms = 0,
                     .floods_console = test.floods_console,
                     .settings = test.needs.settings};
    planned.push_back(std::move(entry));
  }
  return planned;
}

guest::QemuSpec guest_of(const scenario::JobRequest& job, const base::fs::path& kernel) {
  guest::QemuSpec spec;
  spec.machine = job.machine;
  spec.kernel = kernel;
  spec.memory_bytes = job.guest.memory_bytes;
  spec.vcpus = job.guest.vcpus;
  spec.numa_nodes = job.guest.numa_nodes;
  spec.command_line = job.guest.command_line;
  return spec;
}

std::vector<std::string> boot_arguments(const std::vector<model::TestSpec>& tests) {
  constexpr std::uint64_t kGigantic = std::uint64_t{1} << 30;
  std::map<std::uint64_t, std::uint64_t> most;  // page size -> pages
  for (const model::TestSpec& test : tests) {
    std::map<std::uint64_t, std::uint64_t> wanted;
    for (const model::HugePagePool& pool : test.needs.hugepages)
      if (pool.page_bytes >= kGigantic) wanted[pool.page_bytes] += pool.pages;
    for (const auto& [size, pages] : wanted) most[size] = std::max(most[size], pages);
  }
  std::vector<std::string> arguments;
  for (const auto& [size, pages] : most) {
    if (pages == 0) continue;
    arguments.push_back("hugepagesz=" + base::format_size(size));
    arguments.push_back(fmt::format("hugepages={}", pages));
  }
  return arguments;
}

std::vector<image::Entry> module_entries(const BuiltKernel& kernel) {
  std::vector<image::Entry> entries;
  std::string order;
  for (std::size_t i = 0; i < kernel.modules.size(); ++i) {
    image::Entry entry{.path = kernel.module_order[i]};
    entry.source = kernel.modules[i];
    entries.push_back(std::move(entry));
    order += kernel.module_order[i] + "\n";
  }
  if (!entries.empty()) entries.push_back({.path = "/vmlab/modules/order", .content = order});
  return entries;
}

std::vector<model::ScratchFs> filesystems(const std::vector<model::TestSpec>& tests) {
  std::vector<model::ScratchFs> wanted;
  for (const model::TestSpec& test : tests)
    if (test.needs.filesystem != model::ScratchFs::none && std::ranges::find(wanted, test.needs.filesystem) == wanted.end())
      wanted.push_back(test.needs.filesystem);
  return wanted;
}

}  // namespace lab
