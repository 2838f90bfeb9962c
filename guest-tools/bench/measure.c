/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "bench/bench.h"

static uint64_t read_clock(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) die("clock %d cannot be read: %m", (int)clock);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t cpu_ns(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
uint64_t wall_ns(void) { return read_clock(CLOCK_MONOTONIC); }
