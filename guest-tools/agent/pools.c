/* SPDX-License-Identifier: Apache-2.0
 *
 * Huge page pools through sysfs (Documentation/admin-guide/mm/hugetlbpage.rst). Pages come from free
 * memory, so a fragmented guest is asked again after dropping caches and compacting.
 */
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"

enum { ATTEMPTS = 5, MAX_RAISED = 32 };

static struct {
  char path[128];
  uint64_t before;
} raised[MAX_RAISED];
static int raised_count;

static void pool_path(const struct plan_pool *pool, char *out, size_t size) {
  const unsigned long long kib = pool->page_bytes / 1024;
  if (pool->node < 0) snprintf(out, size, "/sys/kernel/mm/hugepages/hugepages-%llukB/nr_hugepages", kib);
  else
    snprintf(out, size, "/sys/devices/system/node/node%d/hugepages/hugepages-%llukB/nr_hugepages", (int)pool->node,
             kib);
}

/* Raises one pool to at least what is asked; a pool that is larger already stays so. */
static uint64_t grow(const char *path, uint64_t asked) {
  char text[32];
  uint64_t got = 0;
  snprintf(text, sizeof text, "%llu", (unsigned long long)asked);
  for (int i = 0; i < ATTEMPTS; ++i) {
    if (i > 0) {
      write_file("/proc/sys/vm/drop_caches", "3");
      write_file("/proc/sys/vm/compact_memory", "1");
    }
    if (!read_number(path, &got) || got >= asked) break;
    write_file(path, text);
    if (!read_number(path, &got) || got >= asked) break;
    loop_once(0); /* making pages takes its time: keep the port and the log going */
  }
  return got;
}

bool pools_raise(const struct plan_pool *pools, uint32_t count, struct text_buffer *report) {
  bool ok = true;
  for (uint32_t i = 0; i < count; ++i) {
    char path[128];
    uint64_t got = 0, before = 0;
    bool there;
    pool_path(&pools[i], path, sizeof path);
    there = read_number(path, &before);
    if (there && raised_count < MAX_RAISED) {
      snprintf(raised[raised_count].path, sizeof raised->path, "%s", path);
      raised[raised_count++].before = before;
      got = grow(path, pools[i].pages);
    }
    text_append(report, "hugepages size=%llu node=%d asked=%llu got=%llu%s\n",
                (unsigned long long)pools[i].page_bytes, (int)pools[i].node, (unsigned long long)pools[i].pages,
                (unsigned long long)got, there ? "" : " error=no-such-pool");
    ok = ok && got >= pools[i].pages;
  }
  return ok;
}

void pools_restore(struct text_buffer *report) {
  while (raised_count > 0) {
    uint64_t left = 0;
    char text[32];
    --raised_count;
    snprintf(text, sizeof text, "%llu", (unsigned long long)raised[raised_count].before);
    write_file(raised[raised_count].path, text);
    if (read_number(raised[raised_count].path, &left) && left != raised[raised_count].before)
      text_append(report, "left %s is %llu, was %s\n", raised[raised_count].path, (unsigned long long)left, text);
  }
}
