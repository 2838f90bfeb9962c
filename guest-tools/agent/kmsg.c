/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernel log, from its first record, as the kernel gives it: one record per read() of /dev/kmsg
 * (Documentation/ABI/testing/dev-kmsg). The ring buffer waits while the port is full; when it overruns
 * us, read() says EPIPE once and the frame says so.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "agent/agent.h"

enum {
  RECORD_MAX = 8192,
  BATCH = 56 << 10,
  /* A flush ends after four times the largest ring buffer in use (16 MiB), even if the flood does not. */
  FLUSH_BATCHES = (64 << 20) / BATCH,
};

static int fd = -1;
static uint32_t lost;
static uint8_t batch[BATCH + RECORD_MAX];
static uint32_t used;

void kmsg_open(void) {
  fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) log_to_host(WIRE_ERROR, "/dev/kmsg does not open: errno %d; the kernel log is on the console only", errno);
}

int kmsg_fd(void) { return fd; }

static void send_batch(void) {
  const struct wire_kmsg message = {lost, {batch, used}};
  struct wire_writer *w = payload_begin();
  if (used == 0 && lost == 0) return;
  wire_put_kmsg(w, &message);
  port_send(WIRE_KMSG, w);
  used = lost = 0;
}

/* Reads one batch; false once there is no more. */
static bool read_batch(void) {
  while (used <= BATCH) {
    const ssize_t n = read(fd, batch + used, RECORD_MAX);
    if (n > 0) used += (uint32_t)n;
    else if (n < 0 && errno == EPIPE) ++lost;
    else if (n < 0 && errno == EINTR) continue;
    else return false; /* EAGAIN; EINVAL (a record that is too long) moves on as well, later */
  }
  return true;
}

static void pump(bool all) {
  bool more = fd >= 0;
  for (int i = 0; more && i < FLUSH_BATCHES && (all || !port_congested()); ++i) {
    more = read_batch();
    send_batch();
  }
}

void kmsg_pump(void) { pump(false); }
void kmsg_flush(void) { pump(true); }
