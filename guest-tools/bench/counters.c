/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that the kernel keeps itself: objects of each slab cache (/proc/slabinfo), what became of transparent huge
 * pages of each size, and the pools of hugetlb pages. Objects of a slab that a CPU has taken count as in use.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

enum { MAX_COUNTERS = 1024, COUNTER_NAME = 88 };

struct counters {
  int size;
  struct counter {
    char name[COUNTER_NAME];
    long value;
  } all[MAX_COUNTERS];
};

static struct counters *first_seen, *most;

static void add(struct counters *counters, const char *kind, const char *name, long value) {
  struct counter *counter;
  if (counters->size == MAX_COUNTERS) return;
  counter = &counters->all[counters->size++];
  snprintf(counter->name, sizeof counter->name, "%s/%.72s", kind, name);
  counter->value = value;
}

static void read_slab(struct counters *counters) {
  char line[512], name[64];
  long objects;
  FILE *file = fopen("/proc/slabinfo", "re");
  if (!file) return;
  /* Two lines of headings begin with "slabinfo" and "#". */
  while (fgets(line, sizeof line, file))
    if (line[0] != '#' && sscanf(line, "%63s %ld", name, &objects) == 2) add(counters, "slab", name, objects);
  fclose(file);
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

/* Each file of `parent`/`entry`[/stats] that holds a number. */
static void read_folder(struct counters *counters, const char *kind, const char *parent, const char *below) {
  const int first = counters->size;
  DIR *sizes = opendir(parent);
  if (!sizes) return;
  for (const struct dirent *size; (size = readdir(sizes));) {
    char path[320];
    DIR *files;
    if (strncmp(size->d_name, "hugepages-", 10) != 0) continue;
    snprintf(path, sizeof path, "%s/%.40s%s", parent, size->d_name, below);
    if (!(files = opendir(path))) continue;
    for (const struct dirent *file; (file = readdir(files));) {
      char whole[640], name[COUNTER_NAME];
      long value;
      if (file->d_name[0] == '.') continue;
      snprintf(whole, sizeof whole, "%s/%s", path, file->d_name);
      if ((value = read_number(whole, -1)) < 0) continue;
      snprintf(name, sizeof name, "%.30s/%.40s", size->d_name, file->d_name);
      add(counters, kind, name, value);
    }
    closedir(files);
  }
  closedir(sizes);
  qsort(counters->all + first, (size_t)(counters->size - first), sizeof *counters->all, by_name);
}

static struct counters *fresh(void) {
  struct counters *counters = calloc(1, sizeof *counters);
  if (!counters) die("no memory");
  return counters;
}

struct counters *read_counters(void) {
  struct counters *counters = fresh();
  read_slab(counters);
  read_folder(counters, "thp", "/sys/kernel/mm/transparent_hugepage", "/stats");
  read_folder(counters, "hugetlb", "/sys/kernel/mm/hugepages", "");
  return counters;
}

static long value_in(const struct counters *counters, const char *name, long otherwise) {
  for (int i = 0; i < counters->size; ++i)
    if (strcmp(counters->all[i].name, name) == 0) return counters->all[i].value;
  return otherwise;
}

void count_changes(struct counters *before, struct counters *after) {
  for (int i = 0; i < after->size; ++i) {
    const struct counter *now = &after->all[i];
    const long change = now->value - value_in(before, now->name, 0);
    if (change) count(now->name, change);
  }
  free(before);
  free(after);
}

void begin_observing(void) {
  free(first_seen);
  free(most);
  first_seen = fresh();
  most = fresh();
  read_slab(first_seen);
}

void observe_slab(void) {
  struct counters *now;
  if (!first_seen) return;
  now = fresh();
  read_slab(now);
  for (int i = 0; i < now->size; ++i) {
    int k = 0;
    while (k < most->size && strcmp(most->all[k].name, now->all[i].name) != 0) ++k;
    if (k == most->size && k < MAX_COUNTERS) most->all[most->size++] = now->all[i];
    else if (k < most->size && now->all[i].value > most->all[k].value) most->all[k].value = now->all[i].value;
  }
  free(now);
}

void count_observed(void) {
  for (int i = 0; i < most->size; ++i) {
    const long more = most->all[i].value - value_in(first_seen, most->all[i].name, 0);
    char name[COUNTER_NAME + 8];
    if (more <= 0) continue;
    snprintf(name, sizeof name, "slab-peak/%s", most->all[i].name + strlen("slab/"));
    count(name, more);
  }
  free(first_seen);
  free(most);
  first_seen = most = NULL;
}
