// SPDX-License-Identifier: Apache-2.0
// What the programs of the mm collection need, read from their sources in Linux 6.1, 6.12 and 7.3.
#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "ktap/run_vmtests.h"

namespace ktap {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

struct Row {
  std::string_view program;    // glob
  std::string_view arguments;  // glob over the arguments joined by blanks
  std::uint64_t memory_mib;    // of the guest; 0: what every guest has
  std::uint64_t pool_mib;      // huge pages of the default size, in MiB
  std::uint64_t pool_pages;    // and at least so many of them
  std::uint64_t swap_mib;
  model::ScratchFs filesystem;
  std::string_view config;  // kernel options, blank separated
  std::string_view features;
  int vcpus;
  int limit_seconds;  // 0: the usual 120
};
using enum model::ScratchFs;

// All rows that match add up.
constexpr Row kRows[] = {
    {"hugepage-mmap", "*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 0},
    {"hugetlb-mmap", "*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 0},
    {"hugepage-shm", "*", 0, 256, 0, 0, none, "HUGETLBFS SYSVIPC", "", 0, 0},
    {"hugetlb-shm", "*", 0, 256, 0, 0, none, "HUGETLBFS SYSVIPC", "", 0, 0},
    {"map_hugetlb", "*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 0},
    {"hugepage-mremap", "*", 0, 256, 0, 0, none, "HUGETLBFS USERFAULTFD", "", 0, 0},
    {"hugetlb-mremap", "*", 0, 256, 0, 0, none, "HUGETLBFS USERFAULTFD", "", 0, 0},
    {"hugepage-vmemmap", "*", 0, 0, 4, 0, none, "HUGETLBFS PROC_PAGE_MONITOR MEMORY_FAILURE", "", 0,
     0},
    {"hugetlb-madvise", "*", 0, 0, 40, 0, none, "HUGETLBFS", "", 0, 0},
    {"hugetlb_dio", "*", 0, 0, 4, 0, none, "HUGETLBFS", "", 0, 0},
    {"hugetlb_fault_after_madv", "*", 0, 0, 1, 0, none, "HUGETLBFS", "", 2, 300},
    {"hugetlb_madv_vs_map", "*", 0, 0, 1, 0, none, "HUGETLBFS", "", 2, 300},
    {"gup_test", "*", 0, 0, 0, 0, none, "GUP_TEST DEBUG_FS", "", 0, 0},
    {"gup_test", "*-H*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 0},
    {"gup_test", "-t *", 0, 0, 0, 0, none, "TRANSPARENT_HUGEPAGE", "", 0, 0},
    {"gup_longterm", "*", 0, 0, 2, 0, none, "GUP_TEST DEBUG_FS", "", 0, 0},
    {"uffd-unit-tests", "*", 0, 64, 8, 0, none, "USERFAULTFD", "", 0, 900},
    {"uffd-stress", "*", 0, 0, 0, 0, none, "USERFAULTFD", "", 0, 300},
    {"uffd-stress", "hugetlb*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 300},
    {"uffd-wp-mremap", "*", 0, 0, 4, 256, none, "USERFAULTFD TRANSPARENT_HUGEPAGE", "", 0, 300},
    {"userfaultfd", "*", 0, 0, 0, 0, none, "USERFAULTFD", "", 0, 300},
    {"userfaultfd", "hugetlb*", 0, 256, 0, 0, none, "HUGETLBFS", "", 0, 300},
    {"compaction_test", "*", 0, 0, 0, 0, none, "COMPACTION HUGETLBFS", "", 0, 300},
    {"mrelease_test", "*", 0, 0, 0, 0, none, "", "", 0, 0},
    {"mremap_test", "*", 0, 0, 0, 0, none, "USERFAULTFD", "", 0, 600},
    {"thuge-gen", "*", 0, 0, 4, 0, none, "HUGETLBFS SYSVIPC", "", 0, 0},
    {"charge_reserved_hugetlb.sh", "*", 0, 0, 20, 0, none, "CGROUP_HUGETLB MEMCG", "", 0, 600},
    {"hugetlb_reparenting_test.sh", "*", 0, 0, 20, 0, none, "CGROUP_HUGETLB MEMCG", "", 0, 600},
    {"hugetlb-soft-offline", "*", 0, 0, 8, 0, none, "MEMORY_FAILURE HUGETLBFS", "", 0, 0},
    {"hugetlb-read-hwpoison", "*", 0, 0, 8, 0, none, "MEMORY_FAILURE HUGETLBFS", "", 0, 0},
    {"memory-failure", "*", 0, 0, 0, 0, ext4, "MEMORY_FAILURE HWPOISON_INJECT", "", 0, 0},
    {"virtual_address_range", "*", 0, 0, 0, 0, none, "64BIT", "", 0, 600},
    {"va_high_addr_switch*", "*", 0, 0, 8, 0, none, "64BIT", "", 0, 0},
    {"va_128TBswitch*", "*", 0, 0, 8, 0, none, "64BIT", "", 0, 0},
    {"test_vmalloc.sh", "*", 0, 0, 0, 0, none, "TEST_VMALLOC MODULES", "", 0, 600},
    {"test_hmm.sh", "*", 0, 0, 0, 0, none, "TEST_HMM MODULES", "", 0, 600},
    {"test_page_frag.sh", "*", 0, 0, 0, 0, none, "MODULES", "", 0, 600},
    {"memfd_secret", "*", 0, 0, 0, 0, none, "SECRETMEM", "", 0, 0},
    {"ksm_tests", "*", 0, 0, 0, 0, none, "KSM", "", 0, 300},
    {"ksm_tests", "-H*", 512, 0, 0, 0, none, "TRANSPARENT_HUGEPAGE", "", 0, 300},
    {"ksm_tests", "-P*", 512, 0, 0, 0, none, "", "", 0, 300},
    {"ksm_tests", "-N*", 0, 0, 0, 0, none, "NUMA", "numa_nodes_2", 0, 300},
    {"ksm_functional_tests", "*", 0, 0, 0, 0, none, "KSM", "", 0, 300},
    {"soft-dirty", "*", 0, 0, 0, 0, none, "MEM_SOFT_DIRTY", "", 0, 300},
    {"pagemap_ioctl", "*", 0, 0, 4, 0, none, "USERFAULTFD PROC_PAGE_MONITOR", "", 0, 600},
    {"pfnmap", "*", 0, 0, 0, 0, none, "DEVMEM", "", 0, 0},
    {"cow", "*", 0, 0, 4, 256, none, "GUP_TEST DEBUG_FS SWAP", "", 0, 600},
    {"khugepaged", "*", 0, 0, 0, 256, none, "TRANSPARENT_HUGEPAGE", "", 0, 1200},
    {"khugepaged", "*shmem*", 0, 0, 0, 0, none, "SHMEM", "", 0, 1200},
    {"khugepaged", "*file*", 0, 0, 0, 0, xfs, "", "", 0, 1200},
    {"transhuge-stress", "*", 0, 0, 0, 0, none, "TRANSPARENT_HUGEPAGE", "", 0, 0},
    {"split_huge_page_test", "*", 0, 0, 0, 0, none, "TRANSPARENT_HUGEPAGE DEBUG_FS", "", 0, 900},
    {"split_huge_page_test", "?*", 0, 0, 0, 0, xfs, "", "", 0, 900},
    {"folio_split_race_test", "*", 0, 0, 0, 0, none, "TRANSPARENT_HUGEPAGE DEBUG_FS", "", 2, 300},
    {"migration", "*", 0, 0, 0, 0, none, "NUMA MIGRATION", "numa_nodes_2", 2, 300},
    {"rmap", "*", 0, 0, 0, 0, none, "KSM NUMA MIGRATION", "", 0, 0},
    {"mkdirty", "*", 0, 0, 0, 0, none, "USERFAULTFD", "", 0, 0},
    {"merge", "*", 0, 0, 0, 0, none, "KSM", "", 0, 0},
};

// Programs with more to test than huge pages, and 16M pages of the hash MMU would take the guest along: pins of a whole one
// never end, and poisoned it leaves bad PMDs (6.12.117). They get no pool there and skip those cases.
bool better_without_pool(std::string_view program, const VmtestMachine& machine) {
  return machine.arch == model::Arch::ppc64 && machine.hugepage_bytes == 16 * kMiB &&
         (program == "cow" || program == "uffd-unit-tests");
}

std::string joined(const std::vector<std::string>& words) { return base::join(words, " "); }

void add_words(std::vector<std::string>& to, std::string_view words) {
  for (auto word : base::split_words(words))
    if (std::find(to.begin(), to.end(), word) == to.end()) to.emplace_back(word);
}

}  // namespace

model::Needs needs_of_program(const std::string& program, const std::vector<std::string>& arguments,
                              const VmtestMachine& machine) {
  model::Needs needs;
  std::uint64_t pool = 0;
  const std::string text = joined(arguments);
  for (const Row& row : kRows) {
    if (!base::glob_match(row.program, program) || !base::glob_match(row.arguments, text)) continue;
    needs.memory_bytes = std::max(needs.memory_bytes, row.memory_mib * kMiB);
    needs.swap_bytes = std::max(needs.swap_bytes, row.swap_mib * kMiB);
    if (row.filesystem != none) needs.filesystem = row.filesystem;
    add_words(needs.config, row.config);
    add_words(needs.features, row.features);
    needs.min_vcpus = std::max(needs.min_vcpus, row.vcpus);
    if (machine.hugepage_bytes > 0)
      pool = std::max({pool, row.pool_mib * kMiB / machine.hugepage_bytes, row.pool_pages});
  }
  // run_vmtests.sh gives userfaultfd's hugetlb tests two pages per CPU at least.
  if (machine.hugepage_bytes > 0 && (program == "uffd-stress" || program == "userfaultfd") &&
      text.starts_with("hugetlb"))
    pool = std::max(pool, static_cast<std::uint64_t>(std::max(machine.vcpus, 1)) * 2);
  if (pool > 0 && !better_without_pool(program, machine)) {
    needs.hugepages.push_back({machine.hugepage_bytes, -1, pool});
    // The pool, and as much again for everything else.
    needs.memory_bytes = std::max(needs.memory_bytes, pool * machine.hugepage_bytes + 256 * kMiB);
  }
  return needs;
}

model::TestSpec test_of(const VmtestCommand& command, const std::string& collection) {
  model::TestSpec test;
  test.id = "mm/" + command.id;
  test.collection = collection;
  test.program = command.program;
  test.arguments = command.arguments;
  test.needs = command.needs;
  // Its page cache cases make a file where they stand and skip themselves on a tmpfs.
  test.in_scratch = command.program == "memory-failure";
  const std::string text = joined(command.arguments);
  for (const Row& row : kRows)
    if (row.limit_seconds > 0 && base::glob_match(row.program, command.program) &&
        base::glob_match(row.arguments, text))
      test.limit =
          std::max<std::chrono::milliseconds>(test.limit, std::chrono::seconds(row.limit_seconds));
  test.as_nobody = command.run_as == "nobody";
  if (!command.run_as.empty() && !test.as_nobody)
    test.unfit.push_back({"*", "runs as user " + command.run_as + ", whom guests lack"});
  if (command.needs_hugetlbfs)
    test.unfit.push_back({"*", "wants a hugetlbfs mounted in its own folder"});
  return test;
}

}  // namespace ktap
