// SPDX-License-Identifier: Apache-2.0
#include "scenario/benchmarks.h"

#include <array>

#include "model/machine.h"

namespace scenario {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

constexpr std::array<Benchmark, 25> kBenchmarks{{
    {"fault-anon", "first write to private anonymous memory, base pages"},
    {"fault-zero", "first read of private anonymous memory"},
    {"fault-shmem", "first write to a memfd"},
    {"fault-file", "shared write faults on a file in the page cache"},
    {"fault-hugetlb", "first write to huge pages of the default size", 0, 64 * kMiB},
    {"vma-map", "mmap and munmap of small mappings, thousands at once"},
    {"vma-protect", "mprotect of the middle of a mapping, splitting and merging"},
    {"vma-remap", "mremap of 64 populated pages to and fro"},
    {"mincore", "mincore of resident and of absent pages"},
    {"fork-folios", "fork, copy on write, reuse and munmap of PTE-mapped folios, by folio size"},
    {"fork-small", "fork, exit and wait of a small process"},
    {"gup", "get_user_pages and pin_user_pages, fast, slow and long-term, by kind of page", 0, 64 * kMiB},
    {"madv-dontneed", "madvise(MADV_DONTNEED) of base pages"},
    {"madv-populate", "madvise(MADV_POPULATE_WRITE) of base pages"},
    {"thp", "fault, split and collapse of PMD-sized folios"},
    {"swap", "out by MADV_PAGEOUT, in by faults: in order and at random, one thread and four", 256 * kMiB},
    {"zram", "writes to and reads from a zram device, its memory and compaction, for each compressor"},
    {"uffd", "userfaultfd round trips: a missing page, a write-protected page"},
    {"ksm", "ksmd's full scans over pages that differ and pages that merge"},
    {"migrate", "base pages and huge pages between two nodes"},
    {"page-alloc", "blocks of pages by order, and page cache that is not zeroed: allocated and freed"},
    {"hugetlb-pool", "pools of huge pages grown and shrunk, by size"},
    {"page-frag", "huge faults, pool growth and compaction when free memory is single pages"},
    {"folio-orders", "sizes of the folios that faults and readahead get when all are allowed"},
    {"swap-memcg", "writing twice the memory a cgroup may have: in order and at random, one thread and four", 256 * kMiB},
}};

// Huge pages of the e500 run into a kernel BUG, and a whole 16M page of ppc64's hash MMU is pinned for ever
// (scenarios/known-failures.yaml): without a pool the benchmarks say that they had none.
bool has_trustworthy_hugepages(const model::Machine& machine) {
  return machine.id != "ppc32-e500" && machine.id != "ppc64-hash4k";
}

}  // namespace

std::span<const Benchmark> benchmarks() { return kBenchmarks; }

std::vector<std::string> benchmark_names() {
  std::vector<std::string> names;
  for (const Benchmark& benchmark : kBenchmarks) names.emplace_back(benchmark.name);
  return names;
}

model::TestSpec test_of(const Benchmark& benchmark) {
  model::TestSpec test;
  test.collection = model::kBenchmarks;
  test.id = test.collection + "/" + std::string(benchmark.name);
  test.program = model::kBenchmarkProgram;
  test.arguments = {std::string(benchmark.name)};
  test.dialect = model::Dialect::benchmark;
  test.needs.swap_bytes = benchmark.swap_bytes;
  if (benchmark.hugepage_bytes == 0) return test;
  for (const model::Machine& machine : model::machines()) {
    if (!has_trustworthy_hugepages(machine)) continue;
    const std::uint64_t size = model::default_hugepage(machine);
    model::TestVariation& here = test.variations.emplace_back();
    here.machine = machine.id;
    here.hugepages = {{.page_bytes = size, .node = -1, .pages = benchmark.hugepage_bytes / size}};
  }
  return test;
}

}  // namespace scenario
