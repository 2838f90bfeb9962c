/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings as such: what the tree of VMAs costs, with little or no memory in them. */
#include <stdlib.h>
#include <sys/mman.h>

#include "bench/bench.h"

/* Where an address space begins is the seed's business: aligned, 64 pages never lie in two page tables. */
enum { ONE_TABLE = 2 << 20 };
enum { CALLS = 4000, MINCORE_PAGES = 4096, MINCORE_CALLS = 40 };

static void map_unmap(void) {
  const size_t bytes = 16 * page_bytes();
  for (int round = 0; round < rounds; ++round) {
    uint64_t map = 0, unmap_time = 0;
    static char *at[CALLS];
    uint64_t begin = cpu_ns();
    for (int i = 0; i < CALLS; ++i) {
      /* Neighbours of different rights do not merge: each is a VMA. */
      at[i] = mmap(NULL, bytes, i & 1 ? PROT_READ : PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (at[i] == MAP_FAILED) die("mmap: %m");
    }
    map = cpu_ns() - begin;
    observe_slab();
    begin = cpu_ns();
    for (int i = 0; i < CALLS; ++i)
      if (munmap(at[i], bytes) != 0) die("munmap: %m");
    unmap_time = cpu_ns() - begin;
    sample_cost("vma/mmap", map, CALLS);
    sample_cost("vma/munmap", unmap_time, CALLS);
  }
}

/* Takes a range's right away and gives it back: two splits, two merges, and the page table entries between. */
static void protect(void) {
  const size_t page = page_bytes(), bytes = 64 * page;
  char *at = map_aligned(bytes, ONE_TABLE);
  touch(at, bytes, page);
  for (int round = 0; round < rounds; ++round) {
    const uint64_t begin = cpu_ns();
    for (int i = 0; i < CALLS; ++i)
      if (mprotect(at + 16 * page, 32 * page, i & 1 ? PROT_READ | PROT_WRITE : PROT_READ) != 0) die("mprotect: %m");
    sample_cost("vma/mprotect", cpu_ns() - begin, CALLS);
  }
  unmap(at, bytes);
}

static void remap(void) {
  const size_t page = page_bytes(), bytes = 64 * page;
  char *here = map_aligned(bytes, ONE_TABLE), *there = map_aligned(bytes, ONE_TABLE);
  touch(here, bytes, page);
  for (int round = 0; round < rounds; ++round) {
    const uint64_t begin = cpu_ns();
    for (int i = 0; i < CALLS / 4; ++i) {
      char *moved = mremap(here, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, there);
      if (moved != there) die("mremap: %m");
      there = here;
      here = moved;
    }
    sample_cost("vma/mremap", cpu_ns() - begin, CALLS / 4);
  }
  unmap(here, bytes);
}

static void mincore_of(const char *metric, bool resident) {
  const size_t page = page_bytes(), bytes = MINCORE_PAGES * page;
  unsigned char *map = malloc(MINCORE_PAGES);
  char *at = map_aligned(bytes, 2 << 20);
  madvise(at, bytes, MADV_NOHUGEPAGE);
  if (resident) touch(at, bytes, page);
  if (!map) die("no memory");
  for (int round = 0; round < rounds; ++round) {
    const uint64_t begin = cpu_ns();
    for (int i = 0; i < MINCORE_CALLS; ++i)
      if (mincore(at, bytes, map) != 0) die("mincore: %m");
    sample_cost(metric, cpu_ns() - begin, (uint64_t)MINCORE_CALLS * MINCORE_PAGES);
    if ((map[MINCORE_PAGES / 2] & 1) != resident) die("%s: mincore does not say what was done", metric);
  }
  unmap(at, bytes);
  free(map);
}

static void mincores(void) {
  mincore_of("mincore/resident", true);
  mincore_of("mincore/absent", false);
}

const struct bench vma_benches[] = {
    {"vma-map", "mmap and munmap of small mappings, thousands at once", map_unmap},
    {"vma-protect", "mprotect of the middle of a mapping, splitting and merging", protect},
    {"vma-remap", "mremap of 64 populated pages to and fro", remap},
    {"mincore", "mincore of resident and of absent pages", mincores},
    {NULL, NULL, NULL},
};
