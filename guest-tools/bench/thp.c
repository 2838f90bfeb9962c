/* SPDX-License-Identifier: Apache-2.0 */
/* Transparent huge pages of PMD size: fault, split of the mapping, split of the folio, collapse. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { HUGE_PAGES = 16 };

static char *huge_region(size_t pmd) {
  char *at = map_aligned(HUGE_PAGES * pmd, pmd);
  madvise(at, HUGE_PAGES * pmd, MADV_HUGEPAGE);
  return at;
}

static bool all_huge(const char *at, size_t pmd) {
  for (int i = 0; i < HUGE_PAGES; ++i)
    if (folio_at(at + (size_t)i * pmd) != pmd) return false;
  return true;
}

static void fault_and_split(size_t pmd) {
  char command[96];
  uint64_t begin, spent;
  char *at = huge_region(pmd);
  begin = cpu_ns();
  touch(at, HUGE_PAGES * pmd, pmd);
  spent = cpu_ns() - begin;
  if (!all_huge(at, pmd)) {
    skip("thp/fault", "the kernel gave smaller folios");
    unmap(at, HUGE_PAGES * pmd);
    return;
  }
  sample_cost("thp/fault", spent, HUGE_PAGES);

  begin = cpu_ns();
  for (int i = 0; i < HUGE_PAGES; ++i)
    if (mprotect(at + (size_t)i * pmd, page_bytes(), PROT_READ) != 0) die("mprotect: %m");
  sample_cost("thp/split-mapping", cpu_ns() - begin, HUGE_PAGES);

  /* mm/huge_memory.c: split_huge_pages in debugfs takes "PID,start,end[,order]". */
  snprintf(command, sizeof command, "%d,0x%lx,0x%lx", (int)getpid(), (unsigned long)at,
           (unsigned long)(at + HUGE_PAGES * pmd));
  begin = cpu_ns();
  if (!write_text("/sys/kernel/debug/split_huge_pages", command)) {
    skip("thp/split-folio", "split_huge_pages: %m");
  } else {
    spent = cpu_ns() - begin;
    if (folio_at(at) == page_bytes()) sample_cost("thp/split-folio", spent, HUGE_PAGES);
    else skip("thp/split-folio", "the folio stayed whole");
  }
  unmap(at, HUGE_PAGES * pmd);
}

static void collapse(size_t pmd) {
  uint64_t begin, spent;
  char *at = map_aligned(HUGE_PAGES * pmd, pmd);
  madvise(at, HUGE_PAGES * pmd, MADV_NOHUGEPAGE);
  touch(at, HUGE_PAGES * pmd, page_bytes());
  madvise(at, HUGE_PAGES * pmd, MADV_HUGEPAGE);
  begin = cpu_ns();
  if (madvise(at, HUGE_PAGES * pmd, MADV_COLLAPSE) != 0) {
    skip("thp/collapse", "madvise(MADV_COLLAPSE): %m");
  } else {
    spent = cpu_ns() - begin;
    if (all_huge(at, pmd)) sample_cost("thp/collapse", spent, HUGE_PAGES);
    else skip("thp/collapse", "the range stayed small");
  }
  unmap(at, HUGE_PAGES * pmd);
}

static void thp(void) {
  const size_t pmd = pmd_bytes();
  if (!pmd || !choose_folio_size(pmd)) {
    skip("thp", "no transparent huge pages");
    return;
  }
  for (int round = 0; round < rounds; ++round) {
    fault_and_split(pmd);
    collapse(pmd);
  }
}

const struct bench thp_benches[] = {
    {"thp", "fault, split and collapse of PMD-sized folios", thp},
    {NULL, NULL, NULL},
};
