/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which folio sizes the kernel gives when it may choose: anonymous memory, shmem and readahead, all sizes switched on.
 * The faults are costs, the sizes are counted, and their mean is a metric of its own, for the better if it grows.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bench/bench.h"

#ifndef TMPFS_MAGIC
#define TMPFS_MAGIC 0x01021994
#endif
#ifndef RAMFS_MAGIC
#define RAMFS_MAGIC 0x858458f6
#endif

enum { REGION = 8 << 20, ORDERS = 32 };

/* The folios below at[0..bytes): how many of each order. Pages that are not there are no folio. */
static void tell(const char *kind, char *at, size_t bytes, bool last) {
  const size_t page = page_bytes();
  long orders[ORDERS] = {0}, folios = 0, pages = 0;
  char name[64];
  for (uintptr_t i = (uintptr_t)at, end = i + bytes; i < end;) {
    const size_t size = folio_at((const char *)i);
    if (size >= page) {
      ++orders[__builtin_ctzl(size / page)];
      ++folios;
      pages += (long)(size / page);
    }
    i = size > page ? i / size * size + size : i + page;
  }
  snprintf(name, sizeof name, "folio-mean/%s", kind);
  if (folios) sample(name, "pages", HIGHER, (double)pages / (double)folios);
  for (int order = 0; last && order < ORDERS; ++order) {
    snprintf(name, sizeof name, "%s/order-%d", kind, order);
    if (orders[order]) count(name, orders[order]);
  }
}

/* `step` pages from touch to touch; the region begins some pages off any large boundary. */
static void anonymous(const char *kind, size_t step, bool last) {
  const size_t page = page_bytes(), odd = 5 * page;
  char *at = map_aligned(REGION, 2 << 20), name[64];
  uint64_t begin;
  madvise(at + odd, REGION - odd, MADV_HUGEPAGE);
  madvise(at, odd, MADV_NOHUGEPAGE);
  snprintf(name, sizeof name, "folio-fault/%s", kind);
  begin = cpu_ns();
  touch(at + odd, REGION - odd, step * page);
  sample_cost(name, cpu_ns() - begin, (REGION - odd) / page / step);
  tell(kind, at + odd, REGION - odd, last);
  unmap(at, REGION);
}

/* Faults on a mapping of the file; each page of it is mapped afterwards, so that its folio can be found. */
static void through_file(const char *kind, int fd, bool writing, bool last) {
  char *at = mmap(NULL, REGION, PROT_READ | (writing ? PROT_WRITE : 0), MAP_SHARED, fd, 0), name[64];
  unsigned sum = 0;
  uint64_t begin;
  if (at == MAP_FAILED) return skip(kind, "mmap: %m");
  if (writing) madvise(at, REGION, MADV_HUGEPAGE);
  snprintf(name, sizeof name, "folio-fault/%s", kind);
  begin = cpu_ns();
  if (writing) touch(at, REGION, page_bytes());
  else
    for (size_t i = 0; i < REGION; i += page_bytes()) sum += ((volatile char *)at)[i];
  sample_cost(name, cpu_ns() - begin + (sum & 0), REGION / page_bytes());
  tell(kind, at, REGION, last);
  unmap(at, REGION);
}

static void shmem(bool last) {
  const int fd = memfd_create("bench", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, REGION) != 0) return skip("folio-mean/shmem", "no memfd: %m");
  choose_any_shmem_size();
  through_file("shmem", fd, true, last);
  close(fd);
}

/* A file where the benchmark stands, read from the disk by faults. */
static void read_ahead(bool last) {
  struct statfs fs;
  char buffer[65536] = {1};
  int fd;
  if (statfs(".", &fs) != 0 || (uint32_t)fs.f_type == TMPFS_MAGIC || (uint32_t)fs.f_type == RAMFS_MAGIC)
    return skip("folio-mean/readahead", "a file system in memory reads nothing ahead");
  fd = open("bench-readahead", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return skip("folio-mean/readahead", "no file can be made here: %m");
  unlink("bench-readahead");
  for (size_t i = 0; i < REGION; i += sizeof buffer)
    if (write(fd, buffer, sizeof buffer) != sizeof buffer) die("folio-mean/readahead: write: %m");
  fsync(fd);
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
  through_file("readahead", fd, false, last);
  close(fd);
}

static void orders(void) {
  choose_any_folio_size();
  for (int round = 0; round < rounds; ++round) {
    const bool last = round == rounds - 1;
    anonymous("anon", 1, last);
    anonymous("anon-sparse", 7, last);
    shmem(last);
    read_ahead(last);
  }
}

const struct bench order_benches[] = {
    {"folio-orders", "sizes of the folios that faults and readahead get when all are allowed", orders},
    {NULL, NULL, NULL},
};
