/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page allocator, by order. No system call hands out pages as such; what comes nearest:
 *
 * - the ring of a packet socket (packet(7)): blocks of any order, zeroed, allocated and freed by one call each. Zeroing
 *   costs the same per page for each order; freeing has nothing beside it.
 * - fallocate() of a memfd: base pages into the page cache, not zeroed.
 * - the pool of huge pages: high orders, not zeroed, with a struct page each to prepare.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/bench.h"

enum { RING_BYTES = 4 << 20, POOL_BYTES = 64 << 20, CACHE_BYTES = 32 << 20, MOST_POOLS = 8 };

static bool set_ring(int fd, size_t block, size_t blocks) {
  struct tpacket_req ring = {.tp_block_size = (unsigned)block, .tp_block_nr = (unsigned)blocks,
                             .tp_frame_size = (unsigned)block, .tp_frame_nr = (unsigned)blocks};
  if (blocks == 0) ring = (struct tpacket_req){0};
  return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) == 0;
}

static void by_order(void) {
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (fd < 0) return skip("page-alloc", "no packet sockets (CONFIG_PACKET): %m");
  for (int order = 0; page_bytes() << order <= RING_BYTES; ++order) {
    const size_t block = page_bytes() << order, blocks = RING_BYTES / block;
    char allocated[32], freed[32];
    snprintf(allocated, sizeof allocated, "page-alloc/order-%d", order);
    snprintf(freed, sizeof freed, "page-free/order-%d", order);
    for (int round = 0; round < rounds; ++round) {
      uint64_t begin = cpu_ns();
      if (!set_ring(fd, block, blocks)) {
        skip(allocated, "PACKET_RX_RING: %m");
        break;
      }
      sample_cost(allocated, cpu_ns() - begin, blocks);
      begin = cpu_ns();
      if (!set_ring(fd, 0, 0)) die("a ring is not taken down: %m");
      sample_cost(freed, cpu_ns() - begin, blocks);
    }
  }
  close(fd);
}

static void page_cache(void) {
  for (int round = 0; round < rounds; ++round) {
    const int fd = memfd_create("bench", MFD_CLOEXEC);
    uint64_t begin = cpu_ns();
    if (fd < 0 || fallocate(fd, 0, 0, CACHE_BYTES) != 0) {
      skip("page-alloc/memfd", "fallocate: %m");
      if (fd >= 0) close(fd);
      return;
    }
    sample_cost("page-alloc/memfd", cpu_ns() - begin, CACHE_BYTES / page_bytes());
    observe_slab();
    begin = cpu_ns();
    if (ftruncate(fd, 0) != 0) die("ftruncate: %m");
    sample_cost("page-free/memfd", cpu_ns() - begin, CACHE_BYTES / page_bytes());
    close(fd);
  }
}

static void alloc(void) {
  by_order();
  page_cache();
}

static void one_pool(size_t size) {
  const long before = pool_pages(size), more = (long)(POOL_BYTES / size);
  char grow[40], shrink[40];
  snprintf(grow, sizeof grow, "hugetlb-grow/%s", size_name(size));
  snprintf(shrink, sizeof shrink, "hugetlb-shrink/%s", size_name(size));
  for (int round = 0; round < rounds; ++round) {
    uint64_t begin = cpu_ns(), spent;
    const long got = set_pool(size, before + more);
    spent = cpu_ns() - begin;
    if (got == before + more) sample_cost(grow, spent, (uint64_t)more);
    begin = cpu_ns();
    if (set_pool(size, before) != before) die("the pool of %s does not shrink: %m", size_name(size));
    if (got == before + more) sample_cost(shrink, cpu_ns() - begin, (uint64_t)more);
    else return skip(grow, "%ld of %ld pages came", got - before, more);
  }
}

static int by_size(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return x < y ? -1 : x > y;
}

static void pools(void) {
  size_t sizes[MOST_POOLS];
  int n = 0;
  DIR *dir = opendir("/sys/kernel/mm/hugepages");
  if (!dir) return skip("hugetlb-pool", "no hugetlb: %m");
  for (const struct dirent *entry; n < MOST_POOLS && (entry = readdir(dir));) {
    unsigned long kib;
    if (sscanf(entry->d_name, "hugepages-%lukB", &kib) == 1 && (size_t)kib * 1024 <= POOL_BYTES) sizes[n++] = (size_t)kib * 1024;
  }
  closedir(dir);
  qsort(sizes, (size_t)n, sizeof *sizes, by_size);
  for (int i = 0; i < n; ++i) one_pool(sizes[i]);
}

const struct bench page_benches[] = {
    {"page-alloc", "blocks of pages by order, and page cache that is not zeroed: allocated and freed", alloc},
    {"hugetlb-pool", "pools of huge pages grown and shrunk, by size", pools},
    {NULL, NULL, NULL},
};
