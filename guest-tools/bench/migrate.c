/* SPDX-License-Identifier: Apache-2.0 */
/* move_pages(2) between two nodes. The system call is made by hand: static programs have no libnuma here. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"

enum { MOVE_FLAG = 2 /* MPOL_MF_MOVE */, MOVED_BYTES = 8 << 20 };

static void move(void) {
  const size_t pages = MOVED_BYTES / page_bytes();
  void **at = calloc(pages, sizeof *at);
  int *nodes = calloc(pages, sizeof *nodes), *status = calloc(pages, sizeof *status);
  char *region = map_aligned(MOVED_BYTES, 2 << 20);
  if (!at || !nodes || !status) die("no memory");
  madvise(region, MOVED_BYTES, MADV_NOHUGEPAGE);
  touch(region, MOVED_BYTES, page_bytes());
  for (size_t i = 0; i < pages; ++i) at[i] = region + i * page_bytes();
  for (int round = 0; round < 2 * ROUNDS + 1; ++round) {
    uint64_t begin, spent;
    size_t arrived = 0;
    for (size_t i = 0; i < pages; ++i) nodes[i] = round & 1;
    begin = cpu_ns();
    if (syscall(__NR_move_pages, 0, pages, at, nodes, status, MOVE_FLAG) < 0) {
      skip("migrate/pages", "move_pages: %m");
      break;
    }
    spent = cpu_ns() - begin;
    for (size_t i = 0; i < pages; ++i) arrived += status[i] == (round & 1);
    if (arrived != pages) {
      skip("migrate/pages", "%zu of %zu pages arrived on node %d", arrived, pages, round & 1);
      break;
    }
    if (round > 0) sample_cost("migrate/pages", spent, pages); /* the first may have nothing to move */
  }
  unmap(region, MOVED_BYTES);
  free(at);
  free(nodes);
  free(status);
}

static void migrate(void) {
  if (access("/sys/devices/system/node/node1", F_OK) != 0) return skip("migrate/pages", "one NUMA node only");
  move();
}

const struct bench migrate_benches[] = {
    {"migrate", "base pages between two nodes", migrate},
    {NULL, NULL, NULL},
};
