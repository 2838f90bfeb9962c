/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"

#define PRINTK "/proc/sys/kernel/printk"

static bool quiet;

bool setup_test(const struct plan_test *test, struct text_buffer *report) {
  bool ok = true;
  /* WARN_ONCE and friends speak for every test, not only for the first that meets them. */
  write_file("/sys/kernel/debug/clear_warn_once", "1");
  /* Swap first: it takes memory that the pools must not have been promised. */
  if (test->swap_bytes > 0) ok = swap_on(test->swap_bytes, report) && ok;
  if (test->pool_count > 0) ok = pools_raise(test->pools, test->pool_count, report) && ok;
  if (test->fs != PLAN_FS_NONE) ok = scratch_mount(test->fs, report) && ok;
  if (test->setting_count > 0) ok = settings_apply(test->settings, test->setting_count, report) && ok;
  if (test->flood) {
    quiet = write_file(PRINTK, "1") == 0;
    text_append(report, "console asked=1 got=%d\n", quiet ? 1 : 7);
  }
  if (mkdir(TEST_CGROUP, 0755) != 0) text_append(report, "cgroup none\n");
  return ok;
}

/* Segments outlive their makers, and hugetlb ones keep their pool from shrinking. */
static void remove_shared_memory(struct text_buffer *report) {
  struct shmid_ds info;
  const int last = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&(struct shm_info){0});
  int removed = 0;
  for (int i = 0; i <= last; ++i) {
    const int id = shmctl(i, SHM_STAT, &info);
    if (id >= 0 && shmctl(id, IPC_RMID, NULL) == 0) ++removed;
  }
  if (removed > 0) text_append(report, "removed %d shared memory segments\n", removed);
}

/* Children before parents: a cgroup goes only when it is empty. The path's length bounds the recursion. */
static bool remove_cgroup(const char *name, void *data) {
  const char *const *parent = data;
  char path[512];
  const char *self = path;
  struct stat st;
  if ((size_t)snprintf(path, sizeof path, "%s/%s", *parent, name) >= sizeof path) return true;
  if (lstat(path, &st) != 0 || !S_ISDIR(st.st_mode)) return true;
  each_entry(path, "", remove_cgroup, &self);
  rmdir(path);
  return true;
}

static void remove_cgroups(void) {
  const char *root = "/sys/fs/cgroup";
  each_entry(root, "", remove_cgroup, &root);
}

void teardown_test(const struct plan_test *test, struct text_buffer *report) {
  (void)test;
  remove_shared_memory(report);
  empty_directory("/tmp");
  empty_directory("/dev/shm");
  empty_directory("/dev/hugepages");
  remove_cgroups();
  scratch_unmount(report);
  settings_restore(report);
  pools_restore(report);
  swap_off(report);
  tunables_restore(report);
  if (quiet) write_file(PRINTK, "7");
  quiet = false;
}
