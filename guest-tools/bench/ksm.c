/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ksmd spends on a full scan, from its own CPU time in /proc/PID/schedstat (first field, ns): over pages that all
 * differ, while pages merge, and over pages that have merged. Undoing it is the writer's own time.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bench/bench.h"

#define KSM "/sys/kernel/mm/ksm/"

enum { KSM_BYTES = 16 << 20, MOST_WAITS = 6000 };

static int find_ksmd(void) {
  int pid = 0;
  DIR *dir = opendir("/proc");
  if (!dir) return 0;
  for (const struct dirent *entry; !pid && (entry = readdir(dir));) {
    char path[320], name[32];
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
    if (read_text(path, name, sizeof name) && strcmp(name, "ksmd\n") == 0) pid = atoi(entry->d_name);
  }
  closedir(dir);
  return pid;
}

static uint64_t spent_by(int pid) {
  char path[64], text[96];
  snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
  return read_text(path, text, sizeof text) ? strtoull(text, NULL, 10) : 0;
}

/* One full scan, from a sleeping ksmd to a sleeping ksmd; returns its CPU time. */
static uint64_t one_scan(int ksmd, bool first) {
  static unsigned long sleep = 1000000; /* ms: it never wakes by itself */
  const struct timespec nap = {.tv_nsec = 1000000};
  const long scans = read_number(KSM "full_scans", 0);
  const uint64_t begin = spent_by(ksmd);
  char text[24];
  /* With all pages in one portion ksmd lies down after each scan; another length of sleep wakes it. */
  snprintf(text, sizeof text, "%lu", ++sleep);
  if (!write_text(KSM "sleep_millisecs", text)) die(KSM "sleep_millisecs: %m");
  if (first && !write_text(KSM "run", "1")) die(KSM "run: %m");
  for (int i = 0; read_number(KSM "full_scans", 0) == scans; ++i) {
    if (i == MOST_WAITS) die("ksmd does not come round");
    nanosleep(&nap, NULL);
  }
  nanosleep(&nap, NULL); /* it may have a few steps left */
  return spent_by(ksmd) - begin;
}

static void cycle(int ksmd, bool same) {
  const size_t page = page_bytes(), pages = KSM_BYTES / page;
  char *at = map_aligned(KSM_BYTES, 2 << 20);
  uint64_t begin;
  long merged;
  madvise(at, KSM_BYTES, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < KSM_BYTES; i += page) {
    memset(at + i, 'k', page);
    if (!same) memcpy(at + i, &i, sizeof i);
  }
  if (madvise(at, KSM_BYTES, MADV_MERGEABLE) != 0) die("madvise(MADV_MERGEABLE): %m");
  /* The first scan only notes checksums, the second looks for partners. */
  sample_cost("ksm/checksum", one_scan(ksmd, true), pages);
  sample_cost(same ? "ksm/merge" : "ksm/different", one_scan(ksmd, false), pages);
  if (same) sample_cost("ksm/merged", one_scan(ksmd, false), pages);
  merged = read_number(KSM "pages_shared", 0) + read_number(KSM "pages_sharing", 0);
  if (merged != (same ? (long)pages : 0)) die("ksm: %ld of %zu pages are merged", merged, pages);
  observe_slab();
  begin = cpu_ns();
  if (!write_text(KSM "run", "2")) die(KSM "run: %m"); /* forget all, copy what was merged */
  if (same) sample_cost("ksm/unmerge", cpu_ns() - begin, pages);
  unmap(at, KSM_BYTES);
}

static void ksm(void) {
  const int ksmd = find_ksmd();
  if (!ksmd || read_number(KSM "run", -1) < 0) return skip("ksm", "no KSM in this kernel");
  if (!spent_by(ksmd)) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/schedstat", ksmd);
    if (read_number(path, -1) < 0) return skip("ksm", "no /proc/PID/schedstat (CONFIG_SCHED_INFO)");
  }
  write_text(KSM "pages_to_scan", "100000");
  write_text(KSM "smart_scan", "0"); /* since 6.7: pages that found no partner would be passed over for a while */
  for (int round = 0; round < rounds; ++round) {
    cycle(ksmd, false);
    cycle(ksmd, true);
  }
}

const struct bench ksm_benches[] = {
    {"ksm", "ksmd's full scans over pages that differ and pages that merge", ksm},
    {NULL, NULL, NULL},
};
