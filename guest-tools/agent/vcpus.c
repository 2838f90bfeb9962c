/* SPDX-License-Identifier: Apache-2.0
 *
 * `/init --vcpus MS`, a program that a plan may name as its test: one busy process pinned to each CPU writes its number
 * into shared memory; how often another one had written in between says whether the CPUs take turns. An emulator that
 * lets one vCPU run until it sleeps shows next to no changes. The order of the changes, hashed, tells schedules apart.
 *
 *   vcpus 2
 *   changes 546       in MS milliseconds of CLOCK_MONOTONIC
 *   least 48          the share of the CPU that got least of all rounds, in percent of an even share
 *   order 91ab...     of the places in each process's rounds where it met another
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"

enum { MOST_CPUS = 64, CHECK_CLOCK_EVERY = 256 };

struct board {
  volatile int ready;
  volatile int last;
  struct {
    uint64_t rounds, changes, order;
  } of[MOST_CPUS];
};

static _Noreturn void spin(struct board *board, int self, int all, int64_t ns) {
  uint64_t rounds = 0, changes = 0, order = UINT64_C(14695981039346656037); /* FNV-1a, a word at a time */
  int64_t end;
  if (!run_on(self)) _exit(1);
  __atomic_add_fetch(&board->ready, 1, __ATOMIC_SEQ_CST);
  while (board->ready < all) sched_yield();
  end = now_ns() + ns;
  for (;;) {
    if (board->last != self) {
      ++changes;
      order = (order ^ rounds) * UINT64_C(1099511628211);
      board->last = self;
    }
    if (++rounds % CHECK_CLOCK_EVERY == 0 && now_ns() >= end) break;
  }
  board->of[self].rounds = rounds;
  board->of[self].changes = changes;
  board->of[self].order = order;
  _exit(0);
}

int vcpus_main(const char *milliseconds) {
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  const int all = count > MOST_CPUS ? MOST_CPUS : (int)count;
  const int64_t ns = strtoll(milliseconds, NULL, 10) * NS_PER_MS;
  struct board *board =
      mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  uint64_t rounds = 0, least = UINT64_MAX, changes = 0, order = 0;
  if (board == MAP_FAILED || all < 1 || ns < 1) return 2;
  board->last = -1;
  for (int i = 0; i < all; ++i) {
    const pid_t pid = fork();
    if (pid == 0) spin(board, i, all, ns);
    if (pid < 0) return 2;
  }
  for (int i = 0; i < all; ++i) {
    int status;
    if (wait(&status) < 0 || status != 0) return 2;
  }
  for (int i = 0; i < all; ++i) {
    rounds += board->of[i].rounds;
    changes += board->of[i].changes;
    if (board->of[i].rounds < least) least = board->of[i].rounds;
    order = order * UINT64_C(1099511628211) ^ board->of[i].order;
  }
  printf("vcpus %d\nchanges %" PRIu64 "\nleast %" PRIu64 "\norder %016" PRIx64 "\n", all, changes,
         rounds ? least * 100 * (uint64_t)all / rounds : 0, order);
  return 0;
}
