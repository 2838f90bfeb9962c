/* SPDX-License-Identifier: Apache-2.0
 *
 * Waking up as a copy of a frozen guest: what the copies must not share is the clock, which stood still, and
 * the state of the random number generator, which would give each of them the same numbers. Huge page pools
 * and all else that a test needs are made after this, by its set-up.
 */
#include <errno.h>
#include <time.h>

#include "agent/agent.h"

static int set_clock(uint64_t realtime_ns) {
  struct timespec time;
  if (realtime_ns == 0) return 0;
  time.tv_sec = (time_t)(realtime_ns / (uint64_t)NS_PER_S);
  time.tv_nsec = (long)(realtime_ns % (uint64_t)NS_PER_S);
  return clock_settime(CLOCK_REALTIME, &time) == 0 ? 0 : errno;
}

void restored_obey(const struct wire_restored *order) {
  struct wire_ready ready = {.token = order->token};
  struct wire_writer *w;
  ready.clock_errno = (uint32_t)set_clock(order->realtime_ns);
  ready.entropy_errno =
      (uint32_t)(order->seed != 0 ? entropy_from_seed(order->seed) : entropy_from_host(&order->entropy));
  if (ready.entropy_errno == 0) ready.entropy_errno = (uint32_t)entropy_reseed();
  ready.now_ns = (uint64_t)now_ns();
  w = payload_begin();
  wire_put_ready(w, &ready);
  port_send(WIRE_READY, w);
}
