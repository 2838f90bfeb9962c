/* SPDX-License-Identifier: Apache-2.0 */
/*
 * get_user_pages and pin_user_pages through /sys/kernel/debug/gup_test (mm/gup_test.c, CONFIG_GUP_TEST): getting and
 * putting every page of a region, a page. Measured around the ioctl: the kernel's own figures are whole microseconds.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"

/* The ioctl's argument as mm/gup_test.h has it since Linux 5.15. */
struct gup_request {
  uint64_t get_usec, put_usec, address, size;
  uint32_t pages_per_call, gup_flags, test_flags, which_pages[8];
};

enum { GUP_REGION = 32 << 20, PAGES_PER_CALL = 512, WRITE = 1 };

struct way {
  const char *name;
  unsigned long command;
};

static const struct way ways[] = {{"gup-fast", _IOWR('g', 1, struct gup_request)},
                                  {"pin-fast", _IOWR('g', 2, struct gup_request)},
                                  {"pin-longterm", _IOWR('g', 3, struct gup_request)},
                                  {"gup-slow", _IOWR('g', 4, struct gup_request)},
                                  {"pin-slow", _IOWR('g', 5, struct gup_request)}};

static void each_way(int fd, const char *kind, const char *at, size_t bytes) {
  for (size_t w = 0; w < sizeof ways / sizeof *ways; ++w) {
    char name[64];
    snprintf(name, sizeof name, "%s/%s", ways[w].name, kind);
    for (int round = 0; round < rounds; ++round) {
      struct gup_request request = {.address = (uintptr_t)at, .size = bytes, .pages_per_call = PAGES_PER_CALL,
                                    .gup_flags = WRITE};
      const uint64_t begin = cpu_ns();
      if (ioctl(fd, ways[w].command, &request) != 0) {
        skip(name, "%m");
        break;
      }
      if (request.size != bytes) die("%s: %zu of %zu bytes were got", name, (size_t)request.size, bytes);
      sample_cost(name, cpu_ns() - begin, bytes / page_bytes());
    }
  }
}

static void anonymous(int fd, const char *kind, size_t folio) {
  char *at;
  if (folio && !choose_folio_size(folio)) return skip(kind, "no folios of this size");
  at = map_aligned(GUP_REGION, folio ? folio : page_bytes());
  madvise(at, GUP_REGION, folio > page_bytes() ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  touch(at, GUP_REGION, page_bytes());
  each_way(fd, kind, at, GUP_REGION);
  unmap(at, GUP_REGION);
}

static void huge(int fd) {
  const size_t page = hugetlb_bytes();
  const long have = page ? free_huge_pages() : 0;
  size_t bytes = page;
  char *at;
  while (bytes && bytes < GUP_REGION) bytes += page;
  if (!page || (size_t)have * page < bytes) return skip("hugetlb", "too few free huge pages of the default size");
  at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
  if (at == MAP_FAILED) return skip("hugetlb", "mmap: %m");
  touch(at, bytes, page);
  each_way(fd, "hugetlb", at, bytes);
  unmap(at, bytes);
}

static void gup(void) {
  const int fd = open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);
  if (fd < 0) return skip("gup", "/sys/kernel/debug/gup_test: %m");
  anonymous(fd, "base", page_bytes());
  if (pmd_bytes()) anonymous(fd, "thp", pmd_bytes());
  huge(fd);
  close(fd);
}

const struct bench gup_benches[] = {
    {"gup", "get_user_pages and pin_user_pages, fast, slow and long-term, by kind of page", gup},
    {NULL, NULL, NULL},
};
