/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swap out and in, as the swap device that is on makes it (vmlab's guests have one on zram): MADV_PAGEOUT writes a
 * region out, touching it in order or at random brings it back. CPU time; with threads it is the sum of all.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "bench/bench.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

enum { SWAP_BYTES = 16 << 20 };

static bool swap_is_on(void) {
  char text[512];
  const char *second;
  return read_text("/proc/swaps", text, sizeof text) && (second = strchr(text, '\n')) && second[1];
}

/* Half of each page compresses, half does not; no two pages are the same. */
static void fill(char *at, size_t bytes) {
  const size_t page = page_bytes();
  uint64_t state = 88172645463325252u;
  for (size_t i = 0; i < bytes; i += page) {
    memset(at + i + page / 2, (int)(i / page), page / 2);
    for (size_t k = 0; k < page / 2; k += sizeof state) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      memcpy(at + i + k, &state, sizeof state);
    }
  }
}

static size_t resident(char *at, size_t bytes) {
  static unsigned char map[SWAP_BYTES / 4096];
  size_t count = 0;
  if (mincore(at, bytes, map) != 0) die("mincore: %m");
  for (size_t i = 0; i < bytes / page_bytes(); ++i) count += map[i] & 1;
  return count;
}

static void cycle(bool random, int threads) {
  char name[64];
  const char *way = random ? "random" : "sequential";
  uint64_t begin, out, spent;
  size_t stayed;
  char *at = map_aligned(SWAP_BYTES, 2 << 20);
  madvise(at, SWAP_BYTES, MADV_NOHUGEPAGE);
  fill(at, SWAP_BYTES);
  begin = cpu_ns();
  if (madvise(at, SWAP_BYTES, MADV_PAGEOUT) != 0) {
    skip("swap", "madvise(MADV_PAGEOUT): %m");
    unmap(at, SWAP_BYTES);
    return;
  }
  out = cpu_ns() - begin;
  snprintf(name, sizeof name, "swap-out/%s-%d", way, threads);
  stayed = resident(at, SWAP_BYTES);
  observe_slab();
  if (stayed > SWAP_BYTES / page_bytes() / 10)
    skip(name, "%zu pages stayed in memory: is the swap device full?", stayed);
  else if (threads == 1 && !random) sample_cost("swap-out/pageout", out, SWAP_BYTES / page_bytes());

  spent = write_pages(at, SWAP_BYTES, random, threads);
  snprintf(name, sizeof name, "swap-in/%s-%d", way, threads);
  sample_cost(name, spent, SWAP_BYTES / page_bytes());
  unmap(at, SWAP_BYTES);
}

static void swap(void) {
  if (!swap_is_on()) return skip("swap", "no swap device is on");
  for (int round = 0; round < rounds; ++round) {
    cycle(false, 1);
    cycle(true, 1);
    cycle(false, WRITERS);
    cycle(true, WRITERS);
  }
}

const struct bench swap_benches[] = {
    {"swap", "out by MADV_PAGEOUT, in by faults: in order and at random, one thread and four", swap},
    {NULL, NULL, NULL},
};
