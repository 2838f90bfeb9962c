/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vmlab-bench NAME...  runs benchmarks
 * vmlab-bench --list   names them
 *
 * Prints `metric NAME UNIT lower|higher VALUE...`, one value a round, and `skip NAME REASON`. Exit status: 0, 4 when
 * nothing could be measured here, 1 when something that should work did not, 2 for a name it does not know.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { MAX_METRICS = 256, MAX_VALUES = 32, NAME_BYTES = 96 };

struct metric {
  char name[NAME_BYTES];
  const char *unit;
  enum better better;
  int count;
  double values[MAX_VALUES];
};

static struct metric metrics[MAX_METRICS];
static int metric_count, printed;

static const struct bench *const tables[] = {fault_benches, vma_benches,  fork_benches, gup_benches,
                                             advice_benches, thp_benches, swap_benches, zram_benches,
                                             uffd_benches,  ksm_benches,  migrate_benches};

void sample(const char *name, const char *unit, enum better better, double value) {
  int i = 0;
  while (i < metric_count && strcmp(metrics[i].name, name) != 0) ++i;
  if (i == MAX_METRICS || strlen(name) >= NAME_BYTES) die("metric '%s' does not fit", name);
  if (i == metric_count) {
    ++metric_count;
    memset(&metrics[i], 0, sizeof metrics[i]);
    strcpy(metrics[i].name, name);
    metrics[i].unit = unit;
    metrics[i].better = better;
  }
  if (metrics[i].count == MAX_VALUES) die("metric '%s' has more than %d values", name, MAX_VALUES);
  metrics[i].values[metrics[i].count++] = value;
}

void sample_cost(const char *metric, uint64_t ns, uint64_t operations) {
  sample(metric, "ns", LOWER, operations ? (double)ns / (double)operations : (double)ns);
}

void skip(const char *metric, const char *reason, ...) {
  static char last[NAME_BYTES];
  char name[NAME_BYTES];
  const int error = errno; /* for %m */
  va_list arguments;
  snprintf(name, sizeof name, "%s", metric);
  if (strcmp(name, last) == 0) return; /* once, not each round */
  strcpy(last, name);
  printf("skip %s ", metric);
  errno = error;
  va_start(arguments, reason);
  vprintf(reason, arguments);
  va_end(arguments);
  printf("\n");
  fflush(stdout);
}

void die(const char *what, ...) {
  const int error = errno;
  va_list arguments;
  fflush(stdout);
  fprintf(stderr, "vmlab-bench: ");
  errno = error;
  va_start(arguments, what);
  vfprintf(stderr, what, arguments);
  va_end(arguments);
  fprintf(stderr, "\n");
  exit(1);
}

static void print_metrics(void) {
  for (int i = 0; i < metric_count; ++i) {
    printf("metric %s %s %s", metrics[i].name, metrics[i].unit, metrics[i].better == LOWER ? "lower" : "higher");
    for (int k = 0; k < metrics[i].count; ++k) printf(" %.4f", metrics[i].values[k]);
    printf("\n");
    ++printed;
  }
  metric_count = 0;
  fflush(stdout);
}

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
  for (int i = 1; i < argc; ++i) {
    find(argv[i])->run();
    print_metrics();
  }
  return printed ? 0 : 4;
}
