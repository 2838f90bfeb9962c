/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userfaultfd from the view of the thread that faults and the one that answers: a round trip is a fault, the message,
 * the answer and the thread's return. CPU time of both threads.
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"

enum { UFFD_PAGES = 2048 };

struct answers {
  int fd;
  bool protect;
  char *source;
};

static void *answer(void *argument) {
  const struct answers *a = argument;
  for (int i = 0; i < UFFD_PAGES; ++i) {
    struct uffd_msg message;
    uint64_t at;
    if (read(a->fd, &message, sizeof message) != sizeof message) die("userfaultfd: read: %m");
    at = message.arg.pagefault.address & ~(uint64_t)(page_bytes() - 1);
    if (a->protect) {
      struct uffdio_writeprotect give = {.range = {.start = at, .len = page_bytes()}};
      if (ioctl(a->fd, UFFDIO_WRITEPROTECT, &give) != 0) die("UFFDIO_WRITEPROTECT: %m");
    } else {
      struct uffdio_copy copy = {.dst = at, .src = (uintptr_t)a->source, .len = page_bytes()};
      if (ioctl(a->fd, UFFDIO_COPY, &copy) != 0) die("UFFDIO_COPY: %m");
    }
  }
  return NULL;
}

/* An open userfaultfd that has the features, or -1 with the reason told. */
static int open_uffd(const char *metric, uint64_t features) {
  struct uffdio_api api = {.api = UFFD_API, .features = features};
  const int fd = (int)syscall(__NR_userfaultfd, O_CLOEXEC);
  if (fd < 0) {
    skip(metric, "userfaultfd: %m");
    return -1;
  }
  if (ioctl(fd, UFFDIO_API, &api) != 0) {
    skip(metric, "UFFDIO_API: %m");
    close(fd);
    return -1;
  }
  return fd;
}

static void round_trips(const char *metric, bool protect) {
  const size_t bytes = UFFD_PAGES * page_bytes();
  for (int round = 0; round < rounds; ++round) {
    struct answers answers = {.fd = open_uffd(metric, protect ? UFFD_FEATURE_PAGEFAULT_FLAG_WP : 0), .protect = protect};
    struct uffdio_register wanted = {.mode = protect ? UFFDIO_REGISTER_MODE_WP : UFFDIO_REGISTER_MODE_MISSING};
    pthread_t thread;
    char *at;
    uint64_t begin;
    if (answers.fd < 0) return;
    answers.source = map_aligned(page_bytes(), page_bytes());
    touch(answers.source, page_bytes(), page_bytes());
    at = map_aligned(bytes, page_bytes());
    madvise(at, bytes, MADV_NOHUGEPAGE);
    if (protect) touch(at, bytes, page_bytes());
    wanted.range.start = (uintptr_t)at;
    wanted.range.len = bytes;
    if (ioctl(answers.fd, UFFDIO_REGISTER, &wanted) != 0) die("UFFDIO_REGISTER: %m");
    if (protect) {
      struct uffdio_writeprotect all = {.range = wanted.range, .mode = UFFDIO_WRITEPROTECT_MODE_WP};
      if (ioctl(answers.fd, UFFDIO_WRITEPROTECT, &all) != 0) die("UFFDIO_WRITEPROTECT: %m");
    }
    if (pthread_create(&thread, NULL, answer, &answers) != 0) die("no thread");
    begin = cpu_ns();
    touch(at, bytes, page_bytes());
    pthread_join(thread, NULL);
    sample_cost(metric, cpu_ns() - begin, UFFD_PAGES);
    observe_slab();
    close(answers.fd);
    unmap(at, bytes);
    unmap(answers.source, page_bytes());
  }
}

static void uffd(void) {
  round_trips("uffd/missing", false);
  round_trips("uffd/wp", true);
}

const struct bench uffd_benches[] = {
    {"uffd", "userfaultfd round trips: a missing page, a write-protected page", uffd},
    {NULL, NULL, NULL},
};
