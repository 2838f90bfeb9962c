/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swapping under a memory cgroup that holds half of what is written: each touch brings a page in and drives another out.
 * In order and at random, one thread and four; CPU time of all threads, reclaim included, because it is theirs.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/bench.h"

#define GROUPS "/sys/fs/cgroup"
#define GROUP GROUPS "/vmlab-bench"

enum { WRITTEN = 8 << 20, LIMIT = WRITTEN / 2, OTHER_MEMORY = 1 << 20 };

static void cycle(bool random, int threads) {
  char name[64];
  char *at = map_aligned(WRITTEN, 2 << 20);
  const char *way = random ? "random" : "sequential";
  uint64_t spent;
  madvise(at, WRITTEN, MADV_NOHUGEPAGE);
  /* The first time half of it goes out and nothing comes in, afterwards both. */
  spent = write_pages(at, WRITTEN, random, threads);
  snprintf(name, sizeof name, "memcg-fill/%s-%d", way, threads);
  sample_cost(name, spent, WRITTEN / page_bytes());
  spent = write_pages(at, WRITTEN, random, threads);
  if (read_number(GROUP "/memory.swap.current", 0) < LIMIT / 2) die("%s: the cgroup does not swap", name);
  if (read_number(GROUP "/memory.current", 0) > LIMIT + OTHER_MEMORY) die("%s: the cgroup's limit does not hold", name);
  observe_slab();
  snprintf(name, sizeof name, "memcg-swap/%s-%d", way, threads);
  sample_cost(name, spent, WRITTEN / page_bytes());
  unmap(at, WRITTEN);
}

static void swap_under_limit(void) {
  char text[512], home[256], limit[24];
  const char *group;
  if (!read_text("/proc/swaps", text, sizeof text) || strchr(text, '\n') == strrchr(text, '\n'))
    return skip("memcg-swap", "no swap device is on");
  if (!read_text("/proc/self/cgroup", text, sizeof text) || !(group = strstr(text, "0::/")))
    return skip("memcg-swap", "no cgroup of version 2");
  snprintf(home, sizeof home, GROUPS "%.*s/cgroup.procs", (int)strcspn(group + 3, "\n"), group + 3);
  mkdir(GROUP, 0755);
  snprintf(limit, sizeof limit, "%d", LIMIT + OTHER_MEMORY / 2);
  if (!write_text(GROUP "/memory.max", limit)) return skip("memcg-swap", "no memory controller: %m");
  if (!write_text(GROUP "/cgroup.procs", "0")) die(GROUP "/cgroup.procs: %m");
  for (int round = 0; round < rounds; ++round) {
    cycle(false, 1);
    cycle(true, 1);
    cycle(false, WRITERS);
    cycle(true, WRITERS);
  }
  if (!write_text(home, "0")) die("%s: %m", home);
  rmdir(GROUP);
}

const struct bench memcg_benches[] = {
    {"swap-memcg", "writing twice the memory a cgroup may have: in order and at random, one thread and four", swap_under_limit},
    {NULL, NULL, NULL},
};
