/* SPDX-License-Identifier: Apache-2.0
 *
 * Swap on zram. There is no mkswap in the image, so its header is written here: the layout is
 * union swap_header in the kernel's include/linux/swap.h, in the guest's own byte order.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

#include "agent/agent.h"

#define ZRAM "/sys/block/zram0"
#define DEVICE "/dev/zram0"

enum { VERSION_AT = 1024, MAX_PAGE = 65536 };

static bool on;

static int write_header(uint64_t bytes) {
  static uint8_t page[MAX_PAGE];
  const uint32_t page_size = (uint32_t)sysconf(_SC_PAGESIZE);
  const uint32_t info[3] = {1, (uint32_t)(bytes / page_size) - 1, 0}; /* version, last page, bad pages */
  int result = 0;
  const int fd = open(DEVICE, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  memset(page, 0, sizeof page);
  memcpy(page + VERSION_AT, info, sizeof info);
  memcpy(page + page_size - 10, "SWAPSPACE2", 10);
  if (write(fd, page, page_size) != (ssize_t)page_size) result = errno ? errno : EIO;
  if (result == 0 && fsync(fd) != 0) result = errno;
  close(fd);
  return result;
}

static void reset(void) { write_file(ZRAM "/reset", "1"); }

bool swap_on(uint64_t bytes, struct text_buffer *report) {
  char size[32];
  const char *step = "zram0";
  int error = file_exists(ZRAM "/disksize") ? 0 : ENODEV;
  snprintf(size, sizeof size, "%llu", (unsigned long long)bytes);
  if (!error) {
    step = "disksize";
    reset(); /* a test may have left one */
    error = -write_file(ZRAM "/disksize", size);
  }
  if (!error) {
    step = "header";
    error = write_header(bytes);
  }
  if (!error) {
    step = "swapon";
    error = swapon(DEVICE, 0) == 0 ? 0 : errno;
    on = error == 0;
    if (error) reset();
  }
  if (error) text_append(report, "swap asked=%s got=0 error=%s errno=%d\n", size, step, error);
  else text_append(report, "swap asked=%s got=%s\n", size, size);
  return error == 0;
}

void swap_off(struct text_buffer *report) {
  if (!on) return;
  on = false;
  if (swapoff(DEVICE) != 0 && errno != EINVAL) { /* EINVAL: the test has done it */
    text_append(report, "left swap is still on: errno %d\n", errno);
    return;
  }
  reset();
}
