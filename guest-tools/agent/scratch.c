/* SPDX-License-Identifier: Apache-2.0
 *
 * A scratch file system from a virtio disk that the host has formatted: there is no mkfs in the image.
 * The disk is found by its superblock, because its name depends on the order of the devices; mounting at
 * a guess would put complaints into the kernel log.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"

static bool mounted;

/* XFS: "XFSB" at the start; ext4: 0xEF53, little-endian, at byte 56 of the superblock at 1024. */
static bool holds(const char *disk, enum plan_fs fs) {
  uint8_t start[1082] = {0};
  const int fd = open(disk, O_RDONLY | O_CLOEXEC);
  const ssize_t n = fd >= 0 ? read(fd, start, sizeof start) : -1;
  if (fd >= 0) close(fd);
  if (n != (ssize_t)sizeof start) return false;
  return fs == PLAN_FS_XFS ? memcmp(start, "XFSB", 4) == 0 : start[1080] == 0x53 && start[1081] == 0xef;
}

bool scratch_mount(enum plan_fs fs, struct text_buffer *report) {
  const char *type = fs == PLAN_FS_XFS ? "xfs" : "ext4";
  int error = ENOMEDIUM;
  mkdir("/vmlab", 0755);
  mkdir(SCRATCH_DIR, 0755);
  for (char disk = 'a'; disk <= 'd' && !mounted; ++disk) {
    char path[16];
    snprintf(path, sizeof path, "/dev/vd%c", disk);
    if (!holds(path, fs)) continue;
    mounted = mount(path, SCRATCH_DIR, type, MS_NOATIME, NULL) == 0;
    if (mounted) text_append(report, "scratch asked=%s got=%s\n", type, path);
    else error = errno;
  }
  if (!mounted) {
    text_append(report, "scratch asked=%s got=none errno=%d\n", type, error);
    return false;
  }
  empty_directory(SCRATCH_DIR);
  return true;
}

void scratch_unmount(struct text_buffer *report) {
  if (!mounted) return;
  if (umount2(SCRATCH_DIR, 0) == 0) {
    mounted = false;
    return;
  }
  text_append(report, "left " SCRATCH_DIR " is still mounted: errno %d\n", errno);
  umount2(SCRATCH_DIR, MNT_DETACH);
  mounted = false;
}
