/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmlab-bench NAME...  runs benchmarks
 * vmlab-bench --list   names them
 *
 * Prints `metric NAME UNIT lower|higher VALUE...`, one value a round, and `skip NAME REASON`. Exit status: 0, 4 when
 * nothing could be measured here, 1 when something that should work did not, 2 for a name it does not know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { MEASURED_ROUNDS = 5 };

int rounds = MEASURED_ROUNDS;

static const struct bench *const tables[] = {fault_benches,  vma_benches,  fork_benches, gup_benches,
                                             advice_benches, thp_benches,  swap_benches, zram_benches,
                                             uffd_benches,   ksm_benches,  migrate_benches, page_benches,
                                             fragment_benches, order_benches, memcg_benches};

static const struct bench *find(const char *name) {
  for (size_t t = 0; t < sizeof tables / sizeof *tables; ++t)
    for (const struct bench *b = tables[t]; b->name; ++b)
      if (strcmp(b->name, name) == 0) return b;
  return NULL;
}

static void list(void) {
  for (size_t t = 0; t < sizeof tables / sizeof *tables; ++t)
    for (const struct bench *b = tables[t]; b->name; ++b) printf("%-16s %s\n", b->name, b->what);
}

/* First the costs, with nothing else going on; then one round more, watched. */
static void run(const struct bench *bench) {
  const int before = metrics_printed();
  struct counters *counters = read_counters(); /* once in vain: reading makes inodes and the like */
  free(counters);
  begin_saying(bench->name, true);
  counters = read_counters();
  bench->run();
  print_metrics();
  if (metrics_printed() == before) return;
  count_changes(counters);
  begin_saying(bench->name, false);
  rounds = 1;
  open_tracepoints();
  begin_observing();
  begin_tracepoints();
  bench->run();
  end_tracepoints();
  rounds = MEASURED_ROUNDS;
  begin_saying(bench->name, true);
  count_observed();
  count_tracepoints();
  fflush(stdout);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    list();
    return 0;
  }
  if (argc < 2) {
    fprintf(stderr, "usage: vmlab-bench NAME... | vmlab-bench --list\n");
    return 2;
  }
  for (int i = 1; i < argc; ++i) {
    if (!find(argv[i])) {
      fprintf(stderr, "vmlab-bench: there is no benchmark '%s'; vmlab-bench --list names them\n", argv[i]);
      return 2;
    }
  }
  for (int i = 1; i < argc; ++i) run(find(argv[i]));
  return metrics_printed() ? 0 : 4;
}
