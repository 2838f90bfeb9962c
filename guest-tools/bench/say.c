/* SPDX-License-Identifier: Apache-2.0 */
/* What a benchmark says: samples gathered by metric, counts, and what could not be had. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { MAX_METRICS = 256, MAX_VALUES = 256, NAME_BYTES = 96 };

struct metric {
  char name[NAME_BYTES];
  const char *unit;
  enum better better;
  int count;
  double values[MAX_VALUES];
};

static struct metric metrics[MAX_METRICS];
static int metric_count, printed;
static const char *benchmark = "";
static bool aloud = true;

void begin_saying(const char *name, bool yes) {
  benchmark = name;
  aloud = yes;
}

void sample(const char *name, const char *unit, enum better better, double value) {
  int i = 0;
  if (!aloud) return;
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

void count(const char *name, long value) {
  if (!aloud) return;
  printf("metric %s:", benchmark);
  /* The name is one word, whatever a slab cache is called. */
  for (const char *c = name; *c; ++c) putchar(*c > ' ' && *c < 127 ? *c : '_');
  printf(" events lower %ld\n", value);
}

void skip(const char *metric, const char *reason, ...) {
  static char last[NAME_BYTES];
  char name[NAME_BYTES];
  const int error = errno; /* for %m */
  va_list arguments;
  snprintf(name, sizeof name, "%s", metric);
  if (!aloud || strcmp(name, last) == 0) return; /* once, not each round */
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

void print_metrics(void) {
  for (int i = 0; i < metric_count; ++i) {
    printf("metric %s %s %s", metrics[i].name, metrics[i].unit, metrics[i].better == LOWER ? "lower" : "higher");
    for (int k = 0; k < metrics[i].count; ++k) printf(" %.4f", metrics[i].values[k]);
    printf("\n");
    ++printed;
  }
  metric_count = 0;
  fflush(stdout);
}

int metrics_printed(void) { return printed; }
