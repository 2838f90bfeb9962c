/* SPDX-License-Identifier: Apache-2.0
 *
 * One owner, one thread, non-blocking writes and an own retry timer (loop.c): a poll() on a port that
 * another thread is blocking-writing can lose the writer's wake-up for ever (drivers/char/virtio_console.c).
 *
 * Frames are encoded straight into one queue and written in pieces as large as the driver takes, because
 * every write is an exit to the emulator.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"

#define PORT_NAME "org.vmlab.0"
#define PORTS_DIR "/sys/class/virtio-ports"

enum {
  QUEUE_SIZE = 1 << 20,
  CONGESTED = 256 << 10, /* the rest is for what cannot wait: test ends, evidence, the kernel log */
  /* More than the slots of the port's virtqueue: see port_drain. QEMU's has 128 on PCI, but its virtio-mmio
   * (hw/virtio/virtio-mmio.c) offers the most a queue can have, and the driver takes that. */
  DRAIN_WRITES_PCI = 128 + 32,
  DRAIN_WRITES = 1024 + 32,
};

static int fd = -1;
static bool host_away;
static bool optional; /* see port_may_be_deaf() */
static int drain_writes = DRAIN_WRITES;
static uint8_t queue[QUEUE_SIZE];
static size_t queue_begin, queue_end;
static uint32_t next_sequence;
static struct wire_decoder decoder;
static uint8_t payload_buffer[WIRE_MAX_PAYLOAD];
static struct wire_writer payload;

static bool open_if_ours(const char *name, void *data) {
  char path[320], text[64], link[256];
  ssize_t n;
  (void)data;
  snprintf(path, sizeof path, PORTS_DIR "/%s/name", name);
  if (read_file(path, text, sizeof text) <= 0) return true;
  text[strcspn(text, "\n")] = 0;
  if (strcmp(text, PORT_NAME) != 0) return true;
  snprintf(path, sizeof path, PORTS_DIR "/%s", name);
  n = readlink(path, link, sizeof link - 1);
  link[n > 0 ? n : 0] = 0;
  if (strstr(link, "/pci")) drain_writes = DRAIN_WRITES_PCI;
  snprintf(path, sizeof path, "/dev/%s", name);
  fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  return fd < 0;
}

bool port_open(void) {
  const int64_t deadline = now_ns() + PORT_WAIT_S * NS_PER_S;
  wire_decoder_init(&decoder);
  for (;;) {
    /* The port appears before its name does: the driver learns the name by a control message. */
    each_entry(PORTS_DIR, "vport", open_if_ours, NULL);
    if (fd >= 0) return true;
    if (now_ns() > deadline) return false;
    usleep(5000);
  }
}

int port_fd(void) { return fd; }
bool port_congested(void) { return queue_end - queue_begin > CONGESTED; }
bool port_wants_write(void) { return queue_end > queue_begin; }
bool port_host_away(void) { return host_away; }

void port_write(void) {
  while (queue_end > queue_begin) {
    const ssize_t n = write(fd, queue + queue_begin, queue_end - queue_begin);
    if (n <= 0) return; /* EAGAIN; anything else is tried again as well: there is no other way out */
    queue_begin += (size_t)n;
  }
  queue_begin = queue_end = 0;
}

/* Waits until the port takes some more. */
static void wait_writable(void) {
  struct pollfd p = {fd, POLLOUT, 0};
  if (poll(&p, 1, 20) > 0 && (p.revents & POLLHUP)) {
    if (optional) queue_begin = queue_end = 0;
    else usleep(20000);
  }
  port_write();
}

void port_may_be_deaf(void) { optional = true; }

static void make_room(size_t n) {
  while (QUEUE_SIZE - queue_end < n) {
    if (queue_begin > 0) {
      memmove(queue, queue + queue_begin, queue_end - queue_begin);
      queue_end -= queue_begin;
      queue_begin = 0;
    } else {
      wait_writable();
    }
  }
}

void port_send(uint8_t type, const struct wire_writer *content) {
  size_t n;
  if (fd < 0) return;
  make_room(WIRE_HEADER_SIZE + content->used);
  n = wire_encode(queue + queue_end, QUEUE_SIZE - queue_end, type, next_sequence, content->data, content->used);
  if (n > 0) ++next_sequence;
  queue_end += n;
}

void port_drain(void) {
  /* The driver's writes return before the host has taken the bytes, and power-off would lose those. The
   * ring is first in, first out, so once it has taken as many more writes as it has slots, all that went
   * before has arrived. Each PAD must be a write of its own. */
  while (port_wants_write()) wait_writable();
  for (int i = 0; i < drain_writes; ++i) {
    port_send(WIRE_PAD, payload_begin());
    while (port_write(), port_wants_write()) wait_writable();
  }
}

struct wire_writer *payload_begin(void) {
  wire_writer_init(&payload, payload_buffer, sizeof payload_buffer);
  return &payload;
}

struct wire_bytes bytes_of(const char *text) {
  const struct wire_bytes bytes = {(const uint8_t *)text, (uint32_t)strlen(text)};
  return bytes;
}

void log_to_host(uint8_t level, const char *format, ...) {
  char text[1024];
  struct wire_log message;
  struct wire_writer *w = payload_begin();
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  if (fd < 0) {
    dprintf(2, "vmlab agent: %s\n", text);
    return;
  }
  message.level = level;
  message.text = bytes_of(text);
  wire_put_log(w, &message);
  port_send(WIRE_LOG, w);
}

void send_evidence(uint32_t test, const char *name, const char *text, size_t length) {
  struct wire_writer *w = payload_begin();
  struct wire_evidence message = {test, bytes_of(name), {(const uint8_t *)text, (uint32_t)length}};
  const uint32_t most = WIRE_MAX_PAYLOAD - 64 - message.name.length;
  if (message.text.length > most) message.text.length = most;
  wire_put_evidence(w, &message);
  port_send(WIRE_EVIDENCE, w);
}

static void answer_ping(const struct wire_frame *frame) {
  struct wire_token ping;
  struct wire_writer *w = payload_begin();
  if (!wire_get_token(frame, &ping)) return;
  wire_put_token(w, &ping);
  port_send(WIRE_PONG, w);
}

static void obey(const struct wire_frame *frame) {
  union {
    struct wire_plan plan;
    struct wire_kill kill;
    struct wire_sysrq sysrq;
    struct wire_restored restored;
  } m;
  switch (frame->type) {
    case WIRE_PLAN:
      if (wire_get_plan(frame, &m.plan)) {
        receive_plan_chunk(&m.plan);
        return;
      }
      break;
    case WIRE_KILL:
      if (wire_get_kill(frame, &m.kill)) {
        requests.kill = true;
        requests.kill_test = m.kill.test;
        return;
      }
      break;
    case WIRE_SYSRQ:
      if (wire_get_sysrq(frame, &m.sysrq)) {
        const char key[2] = {(char)m.sysrq.key, 0};
        write_file("/proc/sysrq-trigger", key);
        return;
      }
      break;
    case WIRE_RESTORED:
      if (wire_get_restored(frame, &m.restored)) {
        restored_obey(&m.restored);
        return;
      }
      break;
    case WIRE_PING: answer_ping(frame); return;
    case WIRE_POWEROFF: requests.poweroff = true; return;
    default: break;
  }
  log_to_host(WIRE_WARNING, "the host sent a frame that makes no sense here: type %d, %u bytes", frame->type,
              (unsigned)frame->length);
}

void port_receive(void) {
  uint8_t bytes[4096];
  struct wire_frame frame;
  ssize_t n;
  host_away = false;
  while ((n = read(fd, bytes, sizeof bytes)) > 0) {
    size_t taken = 0;
    while (taken < (size_t)n) {
      enum wire_status status;
      taken += wire_decoder_push(&decoder, bytes + taken, (size_t)n - taken);
      while ((status = wire_decoder_next(&decoder, &frame)) != WIRE_NEED_MORE) {
        if (status == WIRE_FRAME) obey(&frame);
        else if (status == WIRE_SKIPPED)
          log_to_host(WIRE_ERROR, "%u bytes from the host were no frame", (unsigned)decoder.skipped);
        else log_to_host(WIRE_ERROR, "the host speaks wire version %d, this agent %d", frame.version, WIRE_VERSION);
      }
    }
  }
  if (n == 0) host_away = true; /* the driver's way of saying that nobody is connected */
}
