/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmlab-bench [--for SECONDS] NAME...  runs benchmarks; each again and again until that time is over
 * vmlab-bench --list                   names them
 *
 * Prints `metric NAME UNIT lower|higher VALUE...`, one value a round, and `skip NAME REASON`. Exit status: 0, 4 when
 * nothing could be measured here, 1 when something that should work did not, 2 for a name it does not know.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/bench.h"

enum { MEASURED_ROUNDS = 5, MOST_RUNS = 25, MOST_SECONDS = 60 }; /* ten values a run at most, MAX_VALUES */

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

static time_t seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

/*
 * First the costs, with nothing else going on; then one round more, watched. By a clock that others disturb the best of
 * many rounds is what the kernel costs: `lasting` seconds of them. The kernel's numbers are those of one run of five rounds.
 */
static void run(const struct bench *bench, long lasting) {
  const int before = metrics_printed();
  const time_t end = seconds() + lasting;
  struct counters *first = read_counters(), *then; /* once in vain: reading makes inodes and the like */
  free(first);
  begin_saying(bench->name, true);
  first = read_counters();
  bench->run();
  then = read_counters();
  for (int runs = 1; runs < MOST_RUNS && seconds() < end; ++runs) bench->run();
  print_metrics();
  if (metrics_printed() == before) return;
  count_changes(first, then);
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
  long lasting = 0;
  int first = 1;
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    list();
    return 0;
  }
  if (argc > 2 && strcmp(argv[1], "--for") == 0) {
    char *rest;
    lasting = strtol(argv[2], &rest, 10);
    if (*rest || lasting < 1 || lasting > MOST_SECONDS) {
      fprintf(stderr, "vmlab-bench: --for %s: whole seconds, 1 to %d\n", argv[2], MOST_SECONDS);
      return 2;
    }
    first = 3;
  }
  if (argc <= first) {
    fprintf(stderr, "usage: vmlab-bench [--for SECONDS] NAME... | vmlab-bench --list\n");
    return 2;
  }
  for (int i = first; i < argc; ++i) {
    if (!find(argv[i])) {
      fprintf(stderr, "vmlab-bench: there is no benchmark '%s'; vmlab-bench --list names them\n", argv[i]);
      return 2;
    }
  }
  for (int i = first; i < argc; ++i) run(find(argv[i]), lasting);
  return metrics_printed() ? 0 : 4;
}
