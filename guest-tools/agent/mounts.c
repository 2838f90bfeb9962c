/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"

struct place {
  const char *type, *path, *options;
  bool optional; /* a kernel may well lack it: no warning */
};

static const struct place places[] = {
    {"proc", "/proc", NULL, false},
    {"sysfs", "/sys", NULL, false},
    {"devtmpfs", "/dev", "mode=0755", false},
    {"devpts", "/dev/pts", "gid=5,mode=620,ptmxmode=666", true},
    {"tmpfs", "/dev/shm", "mode=1777", false},
    {"tmpfs", "/tmp", "mode=1777", false},
    {"tmpfs", "/run", "mode=0755", false},
    {"debugfs", "/sys/kernel/debug", NULL, false},
    {"tracefs", "/sys/kernel/tracing", NULL, true},
    {"cgroup2", "/sys/fs/cgroup", NULL, false},
    {"hugetlbfs", "/dev/hugepages", NULL, true},
};

/* The console as standard streams, whatever the kernel has given us (nothing, if the image lacks a node). */
static void open_console(void) {
  const int fd = open("/dev/console", O_RDWR | O_NOCTTY);
  if (fd < 0) return;
  for (int i = 0; i < 3; ++i) dup2(fd, i);
  if (fd > 2) close(fd);
}

static void enable_controllers(void) {
  static const char *const wanted[] = {"memory", "hugetlb", "pids", "cpuset"};
  char have[256];
  if (read_file("/sys/fs/cgroup/cgroup.controllers", have, sizeof have) < 0) return;
  for (size_t i = 0; i < sizeof wanted / sizeof *wanted; ++i) {
    char order[16] = "+";
    int error;
    if (!text_has_word(have, wanted[i])) continue;
    strcat(order, wanted[i]);
    error = write_file("/sys/fs/cgroup/cgroup.subtree_control", order);
    if (error) log_to_host(WIRE_WARNING, "cgroup controller %s does not enable: errno %d", wanted[i], -error);
  }
}

static int failures[sizeof places / sizeof *places];

void mounts_make(void) {
  static bool made;
  const size_t count = sizeof places / sizeof *places;
  if (!made) { /* first call: the port is not there yet, so failures are kept for the second */
    made = true;
    umask(0);
    for (size_t i = 0; i < count; ++i) {
      mkdir(places[i].path, 0755);
      if (mount(places[i].type, places[i].path, places[i].type, 0, places[i].options) != 0) failures[i] = errno;
      if (strcmp(places[i].path, "/dev") == 0) open_console();
      /* EBUSY: the kernel has mounted it itself (CONFIG_DEVTMPFS_MOUNT without an initramfs). */
      if (failures[i] == EBUSY) failures[i] = 0;
    }
    umask(022);
    mkdir(SCRATCH_DIR, 0755);
    symlink("/proc/self/fd", "/dev/fd");
    symlink("/proc/self/mounts", "/etc/mtab");
    return;
  }
  for (size_t i = 0; i < count; ++i)
    if (failures[i] && !places[i].optional)
      log_to_host(WIRE_WARNING, "%s does not mount on %s: errno %d", places[i].type, places[i].path, failures[i]);
  enable_controllers();
}
