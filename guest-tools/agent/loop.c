/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "agent/agent.h"

/* How long a full port is left alone before it is tried without poll()'s word, and how long a port whose
 * host end is closed is not polled at all (poll would return POLLHUP at once). */
enum { RETRY_MS = 20 };

struct requests requests;
uint32_t heartbeat_ms = 1000;

static int64_t next_heartbeat;
static int64_t port_quiet_until;
static volatile sig_atomic_t child_ended;

static void on_child(int number) {
  (void)number;
  child_ended = 1;
}

void loop_init(void) {
  struct sigaction action;
  sigset_t set;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_child;
  sigaction(SIGCHLD, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  /* SIGCHLD arrives only inside ppoll(): between the test of child_ended and the wait it would be lost. */
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  next_heartbeat = now_ns();
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static void heartbeat(int64_t now) {
  struct wire_heartbeat message = {(uint64_t)now, running.pid > 0 ? running.index : WIRE_NO_TEST};
  struct wire_writer *w;
  if (heartbeat_ms == 0 || now < next_heartbeat) return;
  next_heartbeat = now + heartbeat_ms * NS_PER_MS;
  /* With nobody reading, heartbeats would only push out what matters. */
  if (port_congested()) return;
  w = payload_begin();
  wire_put_heartbeat(w, &message);
  port_send(WIRE_HEARTBEAT, w);
}

void loop_once(int64_t deadline) {
  struct pollfd polls[4];
  int kinds[4]; /* 0, 1: the test's pipes; 2: kernel log; 3: port */
  nfds_t count = 0;
  struct timespec wait;
  sigset_t none;
  int64_t now = now_ns();
  bool port_polled = false;

  heartbeat(now);
  port_write();
  if (!port_congested()) {
    for (int i = 0; i < 2; ++i) {
      if (running.pipes[i] < 0) continue;
      polls[count] = (struct pollfd){running.pipes[i], POLLIN, 0};
      kinds[count++] = i;
    }
    if (kmsg_fd() >= 0) {
      polls[count] = (struct pollfd){kmsg_fd(), POLLIN, 0};
      kinds[count++] = 2;
    }
  }
  if (port_fd() >= 0 && now >= port_quiet_until) {
    polls[count] = (struct pollfd){port_fd(), (short)(POLLIN | (port_wants_write() ? POLLOUT : 0)), 0};
    kinds[count++] = 3;
    port_polled = true;
  }

  if (heartbeat_ms > 0) deadline = smaller(deadline, next_heartbeat);
  if (port_wants_write()) deadline = smaller(deadline, now + RETRY_MS * NS_PER_MS);
  if (!port_polled && port_fd() >= 0) deadline = smaller(deadline, port_quiet_until);
  if (deadline < now || child_ended) deadline = now;
  wait.tv_sec = (time_t)((deadline - now) / NS_PER_S);
  wait.tv_nsec = (long)((deadline - now) % NS_PER_S);
  sigemptyset(&none);
  if (ppoll(polls, count, &wait, &none) < 0) count = 0; /* EINTR: a child has ended */

  for (nfds_t i = 0; i < count; ++i) {
    const short events = polls[i].revents;
    if (!events) continue;
    if (kinds[i] < 2) run_pump(kinds[i]);
    else if (kinds[i] == 2) kmsg_pump();
    else {
      if (events & POLLIN) port_receive();
      if ((events & POLLHUP) || port_host_away()) port_quiet_until = now_ns() + RETRY_MS * NS_PER_MS;
    }
  }
  port_write();
  if (child_ended) {
    child_ended = 0;
    run_reap();
  }
}

void loop_sleep(int64_t ns) {
  const int64_t deadline = now_ns() + ns;
  do loop_once(deadline);
  while (now_ns() < deadline);
}
