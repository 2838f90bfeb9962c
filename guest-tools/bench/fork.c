/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a folio's owners cost: fork, munmap, copy on write and reuse after it, of PTE-mapped anonymous folios of each
 * size. Only the calls named are measured, in the parent.
 */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

enum { REGION = 16 << 20 };

/* A child that shares our memory and waits until it is told to go; returns its pid, *go is the end to close. */
static pid_t sharer(int *go) {
  int pipes[2];
  char byte;
  pid_t pid;
  if (pipe(pipes) != 0) die("pipe: %m");
  pid = fork();
  if (pid < 0) die("fork: %m");
  if (pid == 0) {
    close(pipes[1]);
    while (read(pipes[0], &byte, 1) > 0) continue;
    _exit(0);
  }
  close(pipes[0]);
  *go = pipes[1];
  return pid;
}

static void leave(pid_t pid, int go) {
  int status;
  close(go);
  if (waitpid(pid, &status, 0) != pid || status != 0) die("a child ended with status %#x", (unsigned)status);
}

static void one_size(size_t folio) {
  char name[64];
  const uint64_t pages = REGION / page_bytes();
  uint64_t begin;
  char *at = map_folios(REGION, folio);
  pid_t pid;
  int go;
  if (!at) {
    snprintf(name, sizeof name, "fork/%s", size_name(folio));
    skip(name, "the kernel gave folios of another size");
    return;
  }
  snprintf(name, sizeof name, "fork/%s", size_name(folio));
  begin = cpu_ns();
  pid = sharer(&go);
  sample_cost(name, cpu_ns() - begin, pages);
  observe_slab();

  snprintf(name, sizeof name, "cow-copy/%s", size_name(folio));
  begin = cpu_ns();
  touch(at, REGION / 2, page_bytes());
  sample_cost(name, cpu_ns() - begin, pages / 2);
  leave(pid, go);

  /* The other half has lost its other owner: writing may take it over as it is. */
  snprintf(name, sizeof name, "cow-reuse/%s", size_name(folio));
  begin = cpu_ns();
  touch(at + REGION / 2, REGION / 2, page_bytes());
  sample_cost(name, cpu_ns() - begin, pages / 2);
  unmap(at, REGION);

  at = map_folios(REGION, folio);
  if (!at) return;
  snprintf(name, sizeof name, "munmap/%s", size_name(folio));
  begin = cpu_ns();
  unmap(at, REGION);
  sample_cost(name, cpu_ns() - begin, pages);
}

static void folios(void) {
  size_t sizes[MAX_FOLIO_SIZES];
  const size_t n = folio_sizes(sizes);
  for (size_t i = 0; i < n; ++i)
    for (int round = 0; round < rounds; ++round) one_size(sizes[i]);
}

/* A process without much memory: what fork, exit and wait cost whatever is in them. */
static void small(void) {
  enum { FORKS = 100 };
  for (int round = 0; round < rounds; ++round) {
    const uint64_t begin = cpu_ns();
    for (int i = 0; i < FORKS; ++i) {
      int status;
      const pid_t pid = fork();
      if (pid < 0) die("fork: %m");
      if (pid == 0) _exit(0);
      if (waitpid(pid, &status, 0) != pid) die("waitpid: %m");
    }
    sample_cost("fork/small", cpu_ns() - begin, FORKS);
  }
}

const struct bench fork_benches[] = {
    {"fork-folios", "fork, copy on write, reuse and munmap of PTE-mapped folios, by folio size", folios},
    {"fork-small", "fork, exit and wait of a small process", small},
    {NULL, NULL, NULL},
};
