/* SPDX-License-Identifier: Apache-2.0
 *
 * Other schedules for other seeds, the same for the same one. Under the instruction clock nothing but the plan decides
 * when a timer fires and where the vCPUs take turns; so what a test meets is moved by amounts drawn from the seed:
 *
 *   PERTURB_SEEDED  address space layout, the test's start against the timer's tick, instructions burnt on each CPU
 *   PERTURB_HUNT    and a thread on each CPU, before all others there, that wakes at drawn times: it takes the CPU away
 *                   at points that no test chooses, and each of its timers ends the vCPUs' turns somewhere else
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"

enum {
  MOST_CPUS = 64,
  MOST_OFFSET_NS = 20000000, /* five ticks at 250 Hz */
  MOST_BURN = 1 << 18,       /* rounds of a loop of a few instructions: a quarter of a tick */
  LEAST_SLEEP_US = 20,
  MOST_SLEEP_US = 200,
  SHORT_BURN = 1 << 11,      /* most of the time: a few microseconds */
  LONG_BURN = 1 << 17,       /* one time in LONG_ONE_IN: long enough for another CPU to come by */
  LONG_ONE_IN = 32,
  PRIORITY = 50,
};

/* A stream of its own for each test and CPU, so that one more draw of one does not move the others. */
static uint64_t stream_of(uint64_t seed, uint32_t test, uint32_t cpu) {
  uint64_t state = seed ^ (UINT64_C(0xd1342543de82ef95) * (test + 1)) ^ ((uint64_t)(cpu + 1) << 48);
  next_random(&state);
  return state;
}

static uint64_t draw(uint64_t *state, uint64_t below) { return next_random(state) % below; }

static void burn(uint64_t rounds) {
  for (volatile uint64_t i = 0; i < rounds; ++i) continue;
}

bool run_on(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

static int cpus(void) {
  const long n = sysconf(_SC_NPROCESSORS_ONLN);
  return n < 1 ? 1 : n > MOST_CPUS ? MOST_CPUS : (int)n;
}

void perturb_layout(const struct plan *plan) {
  int error;
  if (plan->perturb == PERTURB_NONE) return;
  /* What was drawn before the seed's bytes came in must say nothing about what is drawn from now on. */
  error = entropy_reseed();
  if (error != 0) log_to_host(WIRE_WARNING, "the kernel's generator did not reseed: errno %d", error);
  error = -write_file("/proc/sys/kernel/randomize_va_space", "2");
  if (error != 0) log_to_host(WIRE_WARNING, "address spaces are not randomised: errno %d", error);
}

static _Noreturn void disturb(uint64_t state, int cpu) {
  const struct sched_param priority = {.sched_priority = PRIORITY};
  struct timespec next;
  prctl(PR_SET_NAME, "vmlab-perturb");
  /* A test that takes all memory must not end it, and it must not wait for a page. */
  write_file("/proc/self/oom_score_adj", "-1000");
  mlockall(MCL_CURRENT | MCL_FUTURE);
  if (!run_on(cpu) || sched_setscheduler(0, SCHED_FIFO, &priority) != 0) _exit(1);
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (;;) {
    struct timespec now;
    const uint64_t sleep_us = LEAST_SLEEP_US + draw(&state, MOST_SLEEP_US - LEAST_SLEEP_US + 1);
    next.tv_nsec += (long)sleep_us * 1000;
    if (next.tv_nsec >= NS_PER_S) {
      next.tv_nsec -= (long)NS_PER_S;
      ++next.tv_sec;
    }
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    burn(draw(&state, draw(&state, LONG_ONE_IN) == 0 ? LONG_BURN : SHORT_BURN));
    clock_gettime(CLOCK_MONOTONIC, &now);
    /* Too late for the next one: its interval counts from here. */
    if (now.tv_sec > next.tv_sec || (now.tv_sec == next.tv_sec && now.tv_nsec > next.tv_nsec)) next = now;
  }
}

static void start_disturbers(const struct plan *plan, uint32_t test) {
  const int count = cpus();
  for (int cpu = 0; cpu < count; ++cpu) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (port_fd() >= 0) close(port_fd());
      if (kmsg_fd() >= 0) close(kmsg_fd());
      disturb(stream_of(plan->seed, test, (uint32_t)cpu + 1), cpu);
    }
    /* It dies with the rest of the test: kill_all() knows no exceptions. */
    if (pid < 0) log_to_host(WIRE_WARNING, "CPU %d is not perturbed: errno %d", cpu, errno);
  }
}

void perturb_test(const struct plan *plan, uint32_t test) {
  uint64_t state;
  cpu_set_t all;
  if (plan->perturb == PERTURB_NONE) return;
  state = stream_of(plan->seed, test, 0);
  loop_sleep((int64_t)draw(&state, MOST_OFFSET_NS));
  if (sched_getaffinity(0, sizeof all, &all) == 0) {
    for (int cpu = 0; cpu < cpus(); ++cpu)
      if (run_on(cpu)) burn(draw(&state, MOST_BURN));
    sched_setaffinity(0, sizeof all, &all);
  }
  if (plan->perturb == PERTURB_HUNT) start_disturbers(plan, test);
}
