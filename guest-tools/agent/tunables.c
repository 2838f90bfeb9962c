/* SPDX-License-Identifier: Apache-2.0
 *
 * Tests change knobs of the kernel and die before they put them back; the next test must not pay for it.
 * The knobs that mm selftests touch are remembered before the first test and put back after each.
 */
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"

enum { MAX_TUNABLES = 192, VALUE = 48 };

struct tunable {
  char path[112];
  char value[VALUE];
};

static struct tunable tunables[MAX_TUNABLES];
static int count;

/* `[chosen]` counts where a file shows all choices; newlines do not. */
static bool value_of(const char *path, char value[VALUE]) {
  char text[256];
  const ssize_t n = read_file(path, text, sizeof text);
  if (n <= 0) return false;
  if (strchr(text, '[')) {
    text_chosen(text, value, VALUE);
  } else {
    text[strcspn(text, "\n")] = 0;
    if (strlen(text) >= VALUE) return false;
    memcpy(value, text, strlen(text) + 1);
  }
  return true;
}

static void remember(const char *path) {
  if (count == MAX_TUNABLES || strlen(path) >= sizeof tunables->path) return;
  if (!value_of(path, tunables[count].value)) return;
  memcpy(tunables[count++].path, path, strlen(path) + 1);
}

#define THP "/sys/kernel/mm/transparent_hugepage"
#define HUGE "/sys/kernel/mm/hugepages"

static bool remember_thp_size(const char *name, void *data) {
  char path[128];
  (void)data;
  snprintf(path, sizeof path, THP "/%.40s/enabled", name);
  remember(path);
  snprintf(path, sizeof path, THP "/%.40s/shmem_enabled", name);
  remember(path);
  return true;
}

static bool remember_pool(const char *name, void *data) {
  char path[128];
  (void)data;
  snprintf(path, sizeof path, HUGE "/%.40s/nr_hugepages", name);
  remember(path);
  snprintf(path, sizeof path, HUGE "/%.40s/nr_overcommit_hugepages", name);
  remember(path);
  return true;
}

void tunables_remember(void) {
  static const char *const paths[] = {
      THP "/enabled", THP "/defrag", THP "/shmem_enabled", THP "/use_zero_page",
      THP "/khugepaged/alloc_sleep_millisecs", THP "/khugepaged/defrag", THP "/khugepaged/max_ptes_none",
      THP "/khugepaged/max_ptes_shared", THP "/khugepaged/max_ptes_swap", THP "/khugepaged/pages_to_scan",
      THP "/khugepaged/scan_sleep_millisecs",
      "/sys/kernel/mm/ksm/run", "/sys/kernel/mm/ksm/sleep_millisecs", "/sys/kernel/mm/ksm/pages_to_scan",
      "/sys/kernel/mm/ksm/max_page_sharing", "/sys/kernel/mm/ksm/merge_across_nodes",
      "/sys/kernel/mm/ksm/use_zero_pages", "/sys/kernel/mm/ksm/smart_scan",
      "/sys/kernel/mm/ksm/stable_node_chains_prune_millisecs",
      "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/overcommit_ratio", "/proc/sys/vm/max_map_count",
      "/proc/sys/vm/compact_unevictable_allowed", "/proc/sys/vm/swappiness",
      "/proc/sys/vm/nr_overcommit_hugepages", "/proc/sys/vm/hugetlb_optimize_vmemmap",
      "/proc/sys/vm/unprivileged_userfaultfd", "/proc/sys/vm/enable_soft_offline",
      "/proc/sys/vm/memory_failure_early_kill", "/proc/sys/vm/memory_failure_recovery",
      "/proc/sys/vm/memfd_noexec", "/proc/sys/kernel/shmmax",
      "/proc/sys/kernel/shmall", "/proc/sys/kernel/shmmni", "/proc/sys/kernel/numa_balancing",
      "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/yama/ptrace_scope", "/proc/sys/fs/nr_open",
      "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/panic_on_warn", "/proc/sys/kernel/panic_on_oops",
  };
  for (size_t i = 0; i < sizeof paths / sizeof *paths; ++i) remember(paths[i]);
  each_entry(THP, "hugepages-", remember_thp_size, NULL);
  each_entry(HUGE, "hugepages-", remember_pool, NULL);
}

void tunables_restore(struct text_buffer *report) {
  for (int i = 0; i < count; ++i) {
    char found[VALUE], now[VALUE];
    struct tunable *t = &tunables[i];
    if (!value_of(t->path, found) || strcmp(found, t->value) == 0) continue;
    write_file(t->path, t->value);
    if (value_of(t->path, now) && strcmp(now, t->value) == 0) {
      text_append(report, "restored %s from '%s' to '%s'\n", t->path, found, now);
      continue;
    }
    /* Said once: what cannot be put back (a poisoned huge page, say) is how this guest is from now on. */
    text_append(report, "left %s at '%s', was '%s'\n", t->path, now, t->value);
    memcpy(t->value, now, VALUE);
  }
}

/* ---- what the plan asks for ------------------------------------------------------------------- */

enum { MAX_SET = 32 };
static struct tunable set[MAX_SET];
static int set_count;

bool settings_apply(const struct plan_setting *settings, uint32_t n, struct text_buffer *report) {
  bool ok = true;
  for (uint32_t i = 0; i < n; ++i) {
    char value[VALUE] = "";
    int error = 0;
    const bool known = set_count < MAX_SET && strlen(settings[i].path) < sizeof set->path &&
                       value_of(settings[i].path, value);
    if (known) {
      memcpy(set[set_count].path, settings[i].path, strlen(settings[i].path) + 1);
      memcpy(set[set_count++].value, value, VALUE);
    }
    error = write_file(settings[i].path, settings[i].value);
    if (!value_of(settings[i].path, value)) value[0] = 0;
    text_append(report, "set path=%s asked=%s got=%s errno=%d\n", settings[i].path, settings[i].value, value, -error);
    ok = ok && error == 0;
  }
  return ok;
}

void settings_restore(struct text_buffer *report) {
  while (set_count > 0) {
    --set_count;
    if (write_file(set[set_count].path, set[set_count].value) != 0)
      text_append(report, "left %s\n", set[set_count].path);
  }
}
