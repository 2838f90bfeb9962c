/* SPDX-License-Identifier: Apache-2.0 */
/* move_pages(2) between two nodes. The system call is made by hand: static programs have no libnuma here. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"

enum { MOVE_FLAG = 2 /* MPOL_MF_MOVE */, MOVED_BYTES = 8 << 20 };

/* In folios of `folio` bytes: one address for each. */
static void move(const char *metric, size_t folio) {
  const size_t pages = MOVED_BYTES / folio;
  void **at = calloc(pages, sizeof *at);
  int *nodes = calloc(pages, sizeof *nodes), *status = calloc(pages, sizeof *status);
  char *region = map_aligned(MOVED_BYTES, folio);
  if (!at || !nodes || !status || !choose_folio_size(folio)) die("%s: no memory", metric);
  madvise(region, MOVED_BYTES, folio == page_bytes() ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
  touch(region, MOVED_BYTES, page_bytes());
  if (folio_at(region) != folio) return skip(metric, "the kernel gave folios of another size");
  for (size_t i = 0; i < pages; ++i) at[i] = region + i * folio;
  for (int round = 0; round < 2 * rounds + 1; ++round) {
    uint64_t begin, spent;
    size_t arrived = 0;
    for (size_t i = 0; i < pages; ++i) nodes[i] = round & 1;
    begin = cpu_ns();
    if (syscall(__NR_move_pages, 0, pages, at, nodes, status, MOVE_FLAG) < 0) {
      skip(metric, "move_pages: %m");
      break;
    }
    spent = cpu_ns() - begin;
    for (size_t i = 0; i < pages; ++i) arrived += status[i] == (round & 1);
    if (arrived != pages) {
      skip(metric, "%zu of %zu folios arrived on node %d", arrived, pages, round & 1);
      break;
    }
    if (round > 0) sample_cost(metric, spent, pages); /* the first may have nothing to move */
  }
  if (folio_at(region) != folio) skip(metric, "the folios were split");
  unmap(region, MOVED_BYTES);
  free(at);
  free(nodes);
  free(status);
}

static void migrate(void) {
  if (access("/sys/devices/system/node/node1", F_OK) != 0) return skip("migrate", "one NUMA node only");
  move("migrate/base", page_bytes());
  if (pmd_bytes() && pmd_bytes() <= MOVED_BYTES) move("migrate/thp", pmd_bytes());
}

const struct bench migrate_benches[] = {
    {"migrate", "base pages and huge pages between two nodes", migrate},
    {NULL, NULL, NULL},
};
