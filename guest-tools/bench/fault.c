/* SPDX-License-Identifier: Apache-2.0 */
/* Page faults: the cost of the first touch, a page. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"

enum { FAULT_BYTES = 32 << 20 };

static void anon(void) {
  for (int round = 0; round < rounds; ++round) {
    char *at = map_aligned(FAULT_BYTES, 2 << 20);
    uint64_t begin;
    madvise(at, FAULT_BYTES, MADV_NOHUGEPAGE);
    begin = cpu_ns();
    touch(at, FAULT_BYTES, page_bytes());
    sample_cost("fault/anon", cpu_ns() - begin, FAULT_BYTES / page_bytes());
    observe_slab();
    unmap(at, FAULT_BYTES);
  }
}

/* Reading what was never written maps the zero page. */
static void zero(void) {
  for (int round = 0; round < rounds; ++round) {
    char *at = map_aligned(FAULT_BYTES, 2 << 20);
    uint64_t begin;
    unsigned sum = 0;
    madvise(at, FAULT_BYTES, MADV_NOHUGEPAGE);
    begin = cpu_ns();
    for (size_t i = 0; i < FAULT_BYTES; i += page_bytes()) sum += ((volatile char *)at)[i];
    sample_cost("fault/zero", cpu_ns() - begin, FAULT_BYTES / page_bytes());
    if (sum) die("fresh memory is not zero");
    unmap(at, FAULT_BYTES);
  }
}

/* Faults through a mapping of `fd`; `warm`: its pages are in the page cache already. */
static void through_file(const char *metric, int fd, size_t bytes, size_t step, bool warm) {
  for (int round = 0; round < rounds; ++round) {
    uint64_t begin;
    char *at;
    if (!warm && ftruncate(fd, 0) != 0) die("%s: cannot empty the file: %m", metric);
    if (ftruncate(fd, (off_t)bytes) != 0) die("%s: cannot size the file: %m", metric);
    if (warm)
      for (size_t i = 0; i < bytes; i += step)
        if (pwrite(fd, "x", 1, (off_t)i) != 1) die("%s: cannot write: %m", metric);
    at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED) die("%s: cannot map %s: %m", metric, size_name(bytes));
    /* One fault a page: without it neighbours are mapped along. */
    madvise(at, bytes, MADV_RANDOM);
    begin = cpu_ns();
    touch(at, bytes, step);
    sample_cost(metric, cpu_ns() - begin, bytes / step);
    observe_slab();
    unmap(at, bytes);
  }
}

static void shmem(void) {
  const int fd = memfd_create("bench", MFD_CLOEXEC);
  if (fd < 0) {
    skip("fault/shmem", "no memfd_create: %m");
    return;
  }
  through_file("fault/shmem", fd, FAULT_BYTES, page_bytes(), false);
  close(fd);
}

/* A file where the benchmark stands: the scratch file system when there is one. */
static void file(void) {
  const int fd = open("bench-file", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    skip("fault/file", "no file can be made here: %m");
    return;
  }
  unlink("bench-file");
  through_file("fault/file", fd, FAULT_BYTES / 2, page_bytes(), true);
  close(fd);
}

static void hugetlb(void) {
  const size_t huge = hugetlb_bytes();
  const long free_pages = huge ? free_huge_pages() : 0;
  const size_t bytes = huge * (size_t)(free_pages < 32 ? free_pages : 32);
  int fd;
  if (bytes == 0) {
    skip("fault/hugetlb", "no free huge pages of the default size");
    return;
  }
  fd = memfd_create("bench", MFD_CLOEXEC | MFD_HUGETLB);
  if (fd < 0) {
    skip("fault/hugetlb", "no memfd_create with huge pages: %m");
    return;
  }
  through_file("fault/hugetlb", fd, bytes, huge, false);
  close(fd);
}

const struct bench fault_benches[] = {
    {"fault-anon", "first write to private anonymous memory, base pages", anon},
    {"fault-zero", "first read of private anonymous memory", zero},
    {"fault-shmem", "first write to a memfd", shmem},
    {"fault-file", "shared write faults on a file in the page cache", file},
    {"fault-hugetlb", "first write to huge pages of the default size", hugetlb},
    {NULL, NULL, NULL},
};
