/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ksmd spends on a full scan, from its own CPU time in /proc/PID/schedstat (first field, ns): over pages that all
 * differ, and over pages that all merge.
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

static bool wait_for_scans(long until) {
  const struct timespec nap = {.tv_nsec = 10000000};
  for (int i = 0; i < MOST_WAITS; ++i) {
    if (read_number(KSM "full_scans", 0) >= until) return true;
    nanosleep(&nap, NULL);
  }
  return false;
}

static void scan(int ksmd, const char *metric, bool same) {
  const size_t page = page_bytes();
  char *at = map_aligned(KSM_BYTES, 2 << 20);
  madvise(at, KSM_BYTES, MADV_NOHUGEPAGE);
  for (size_t i = 0; i < KSM_BYTES; i += page) {
    memset(at + i, 'k', page);
    if (!same) memcpy(at + i, &i, sizeof i);
  }
  if (madvise(at, KSM_BYTES, MADV_MERGEABLE) != 0) die("madvise(MADV_MERGEABLE): %m");
  /* The first scan only notes checksums; the ones after it look for partners. */
  for (int round = 0; round < ROUNDS; ++round) {
    uint64_t begin;
    if (!write_text(KSM "run", "1")) die(KSM "run: %m");
    /* From the end of one scan to the end of the second after it. */
    if (!wait_for_scans(read_number(KSM "full_scans", 0) + 1)) die("%s: ksmd does not come round", metric);
    begin = spent_by(ksmd);
    if (!wait_for_scans(read_number(KSM "full_scans", 0) + 2)) die("%s: ksmd does not come round", metric);
    if (!write_text(KSM "run", "0")) die(KSM "run: %m");
    sample_cost(metric, spent_by(ksmd) - begin, 2 * KSM_BYTES / page);
    if (same && !write_text(KSM "run", "2")) die(KSM "run: %m");
  }
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
  write_text(KSM "sleep_millisecs", "1");
  write_text(KSM "smart_scan", "0"); /* since 6.7: pages that found no partner would be passed over for a while */
  scan(ksmd, "ksm/different", false);
  scan(ksmd, "ksm/same", true);
}

const struct bench ksm_benches[] = {
    {"ksm", "ksmd's full scans over pages that differ and pages that merge", ksm},
    {NULL, NULL, NULL},
};
