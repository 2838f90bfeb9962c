/* SPDX-License-Identifier: Apache-2.0 */
/* madvise: giving memory back, populating it. */
#include <sys/mman.h>

#include "bench/bench.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { ADVISED = 32 << 20 };

static void advice(const char *metric, int what, bool resident) {
  for (int round = 0; round < rounds; ++round) {
    char *at = map_aligned(ADVISED, 2 << 20);
    uint64_t begin;
    madvise(at, ADVISED, MADV_NOHUGEPAGE);
    if (resident) touch(at, ADVISED, page_bytes());
    begin = cpu_ns();
    if (madvise(at, ADVISED, what) != 0) {
      skip(metric, "madvise(%d): %m", what);
      unmap(at, ADVISED);
      return;
    }
    sample_cost(metric, cpu_ns() - begin, ADVISED / page_bytes());
    unmap(at, ADVISED);
  }
}

static void dontneed(void) { advice("madvise/dontneed", MADV_DONTNEED, true); }
static void populate(void) { advice("madvise/populate-write", MADV_POPULATE_WRITE, false); }

const struct bench advice_benches[] = {
    {"madv-dontneed", "madvise(MADV_DONTNEED) of base pages", dontneed},
    {"madv-populate", "madvise(MADV_POPULATE_WRITE) of base pages", populate},
    {NULL, NULL, NULL},
};
