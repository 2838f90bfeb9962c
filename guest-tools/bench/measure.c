/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "bench/bench.h"

uint64_t cpu_ns(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0) die("the process's CPU time cannot be read: %m");
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
