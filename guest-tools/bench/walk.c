/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that write to memory, each to a share of it. */
#include <pthread.h>

#include "bench/bench.h"

struct share {
  char *at;
  size_t pages;
  bool random;
};

static void *write_share(void *argument) {
  const struct share *share = argument;
  size_t page = 0;
  for (size_t i = 0; i < share->pages; ++i) {
    /* An odd stride visits each of a power of two of pages once. */
    page = share->random ? (page + 1103) % share->pages : i;
    ((volatile char *)share->at)[page * page_bytes()]++;
  }
  return NULL;
}

uint64_t write_pages(char *at, size_t bytes, bool random, int threads) {
  struct share shares[WRITERS];
  pthread_t ids[WRITERS];
  const size_t each = bytes / (size_t)threads;
  const uint64_t begin = cpu_ns();
  for (int i = 0; i < threads; ++i)
    shares[i] = (struct share){.at = at + (size_t)i * each, .pages = each / page_bytes(), .random = random};
  for (int i = 1; i < threads; ++i)
    if (pthread_create(&ids[i], NULL, write_share, &shares[i]) != 0) die("no thread");
  write_share(&shares[0]);
  for (int i = 1; i < threads; ++i) pthread_join(ids[i], NULL);
  return cpu_ns() - begin;
}
