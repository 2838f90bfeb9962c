/* SPDX-License-Identifier: Apache-2.0
 *
 * A scratch file system from a virtio disk that the host has formatted: there is no mkfs in the image.
 * The disk is found by trying, because its name depends on the order of the devices.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/agent.h"

static bool mounted;

bool scratch_mount(enum plan_fs fs, struct text_buffer *report) {
  const char *type = fs == PLAN_FS_XFS ? "xfs" : "ext4";
  int error = ENODEV; /* of the first disk: the one that should have been right */
  mkdir("/vmlab", 0755);
  mkdir(SCRATCH_DIR, 0755);
  for (char disk = 'a'; disk <= 'd' && !mounted; ++disk) {
    char path[16];
    snprintf(path, sizeof path, "/dev/vd%c", disk);
    if (!file_exists(path)) continue;
    /* A disk of another kind says EINVAL; the kernel's complaint about it is not news. */
    mounted = mount(path, SCRATCH_DIR, type, MS_NOATIME, NULL) == 0;
    if (mounted) text_append(report, "scratch asked=%s got=%s\n", type, path);
    else if (error == ENODEV) error = errno;
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
