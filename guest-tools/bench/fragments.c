/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What higher orders cost when memory is in pieces. The pool of huge pages takes all but SPACE, anonymous base pages
 * fill that space, and every second one is given back: what is free then is single pages, and each page beside them can
 * be moved. Faults with room to compact (`defrag` always), the pool's own growth, and compaction by order of the
 * administrator are measured, as CPU time of the caller; kcompactd's is not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/bench.h"

#define MIN_FREE "/proc/sys/vm/min_free_kbytes"
#define CPU_LISTS "/proc/sys/vm/percpu_pagelist_high_fraction"
#define DEFRAG "/sys/kernel/mm/transparent_hugepage/defrag"

enum { SPACE = 56 << 20, RESERVE = 4 << 20, WANTED = 16 << 20, MIN_FREE_KIB = 2048 };

static size_t meminfo(const char *what) {
  char text[8192];
  const char *line;
  unsigned long kib = 0;
  if (!read_text("/proc/meminfo", text, sizeof text) || !(line = strstr(text, what)) ||
      sscanf(line + strlen(what), "%lu", &kib) != 1)
    die("/proc/meminfo does not say %s", what);
  return (size_t)kib * 1024;
}

/* Free memory that is above the watermarks and not kept for lower zones. */
static size_t memory_free(void) {
  const size_t all = meminfo("MemFree:"), available = meminfo("MemAvailable:");
  return all < available ? all : available;
}

/* Free memory in blocks of `order` and more, over all zones: /proc/buddyinfo. */
static size_t free_from(int order) {
  char text[4096];
  size_t bytes = 0;
  if (!read_text("/proc/buddyinfo", text, sizeof text)) return 0;
  for (char *save = NULL, *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
    char *at = strstr(line, "zone"), *end;
    int here = 0;
    if (!at || sscanf(at, "zone %*s%n", &here) != 0 || here == 0) continue;
    at += here;
    for (int i = 0;; ++i, at = end) {
      const unsigned long blocks = strtoul(at, &end, 10);
      if (end == at) break;
      if (i >= order) bytes += (size_t)blocks * (page_bytes() << i);
    }
  }
  return bytes;
}

struct pieces {
  char *at;
  size_t bytes;
};

static void set_number(const char *path, long value) {
  char text[24];
  snprintf(text, sizeof text, "%ld", value);
  if (!write_text(path, text)) die("%s: %m", path);
}

static struct pieces fragment(void) {
  const size_t page = page_bytes();
  struct pieces pieces = {0};
  size_t left;
  /* Each change of what THP may do raises it again, for khugepaged. */
  set_number(MIN_FREE, MIN_FREE_KIB);
  left = memory_free();
  if (left > RESERVE) pieces.bytes = (left - RESERVE) / page * page;
  pieces.at = map_aligned(pieces.bytes + page, page);
  madvise(pieces.at, pieces.bytes, MADV_NOHUGEPAGE);
  touch(pieces.at, pieces.bytes, page);
  for (size_t i = 0; i < pieces.bytes; i += 2 * page)
    if (madvise(pieces.at + i, page, MADV_DONTNEED) != 0) die("MADV_DONTNEED: %m");
  return pieces;
}

static void leave(struct pieces pieces) { unmap(pieces.at, pieces.bytes + page_bytes()); }

/* A good part of what is free is asked for in folios of one size. */
static void faults(size_t folio, bool last) {
  const struct pieces pieces = fragment();
  const size_t page = page_bytes();
  char *at = map_aligned(WANTED, folio), name[64];
  uint64_t begin;
  long got = 0;
  madvise(at, WANTED, MADV_HUGEPAGE);
  snprintf(name, sizeof name, "page-frag/fault-%s", size_name(folio));
  begin = cpu_ns();
  for (size_t i = 0; i < WANTED; i += folio) touch(at + i, page, page);
  sample_cost(name, cpu_ns() - begin, WANTED / folio);
  for (size_t i = 0; i < WANTED; i += folio) got += folio_at(at + i) == folio;
  snprintf(name, sizeof name, "got/%s-of-%zu", size_name(folio), WANTED / folio);
  if (last) count(name, got);
  unmap(at, WANTED);
  leave(pieces);
}

static void pool(size_t size, bool last) {
  const struct pieces pieces = fragment();
  const long before = pool_pages(size), more = (long)(WANTED / size);
  const uint64_t begin = cpu_ns();
  const long got = set_pool(size, before + more);
  sample_cost("page-frag/hugetlb-grow", cpu_ns() - begin, (uint64_t)more);
  if (last) count("got/hugetlb", got - before);
  if (set_pool(size, before) != before) die("the pool does not shrink: %m");
  leave(pieces);
}

static void compaction(bool last) {
  const struct pieces pieces = fragment();
  const size_t whole = free_from(4);
  uint64_t begin;
  if (last) {
    count("free-kib/below-order-4", (long)((free_from(0) - whole) / 1024));
    count("free-kib/from-order-4", (long)(whole / 1024));
  }
  begin = cpu_ns();
  if (!write_text("/proc/sys/vm/compact_memory", "1")) return skip("page-frag/compact", "compact_memory: %m");
  sample_cost("page-frag/compact", cpu_ns() - begin, pieces.bytes / page_bytes());
  if (last) count("free-kib/from-order-4-compacted", (long)(free_from(4) / 1024));
  leave(pieces);
}

static void in_pieces(size_t huge) {
  size_t sizes[MAX_FOLIO_SIZES];
  const size_t n = folio_sizes(sizes), pmd = pmd_bytes();
  for (int round = 0; round < rounds; ++round) {
    const bool last = round == rounds - 1;
    for (size_t i = 1; i < n; ++i)
      if ((sizes[i] == 16 * page_bytes() || sizes[i] == pmd) && sizes[i] <= WANTED && choose_folio_size(sizes[i]))
        faults(sizes[i], last);
    if (huge <= WANTED) pool(huge, last);
    compaction(last);
  }
}

static void fragmented(void) {
  const size_t huge = hugetlb_bytes();
  const long before = huge ? pool_pages(huge) : -1, reserve = read_number(MIN_FREE, 0), lists = read_number(CPU_LISTS, 0);
  if (before < 0) return skip("page-frag", "no pool of huge pages to take memory away");
  set_number(MIN_FREE, MIN_FREE_KIB);
  /* As short as they can be: long ones keep tens of megabytes that count as taken. */
  set_number(CPU_LISTS, 1000000);
  if (pmd_bytes()) write_text(DEFRAG, "always");
  /* Twice: what CPUs had on their lists comes back only when memory is freed. */
  for (int i = 0; i < 2; ++i) {
    const size_t left = memory_free();
    if (left > SPACE) set_pool(huge, pool_pages(huge) + (long)((left - SPACE) / huge));
    if (i == 0) leave(fragment());
  }
  in_pieces(huge);
  set_pool(huge, before);
  set_number(CPU_LISTS, lists);
  set_number(MIN_FREE, reserve);
}

const struct bench fragment_benches[] = {
    {"page-frag", "huge faults, pool growth and compaction when free memory is single pages", fragmented},
    {NULL, NULL, NULL},
};
