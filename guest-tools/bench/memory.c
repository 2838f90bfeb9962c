/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"

size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

size_t pmd_bytes(void) {
  const long bytes = read_number("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", 0);
  return bytes > 0 ? (size_t)bytes : 0;
}

size_t hugetlb_bytes(void) {
  char text[8192];
  const char *line;
  unsigned long kib = 0;
  if (!read_text("/proc/meminfo", text, sizeof text)) return 0;
  line = strstr(text, "Hugepagesize:");
  if (!line || sscanf(line, "Hugepagesize: %lu", &kib) != 1) return 0;
  return (size_t)kib * 1024;
}

long free_huge_pages(void) {
  char path[96];
  snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%zukB/free_hugepages", hugetlb_bytes() / 1024);
  return read_number(path, 0);
}

long pool_pages(size_t size) {
  char path[96];
  snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages", size / 1024);
  return read_number(path, -1);
}

long set_pool(size_t size, long pages) {
  char path[96], text[24];
  snprintf(path, sizeof path, "/sys/kernel/mm/hugepages/hugepages-%zukB/nr_hugepages", size / 1024);
  snprintf(text, sizeof text, "%ld", pages);
  return write_text(path, text) ? read_number(path, -1) : -1;
}

char *map_aligned(size_t bytes, size_t alignment) {
  const size_t all = bytes + alignment;
  char *at = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  char *aligned;
  if (at == MAP_FAILED) die("cannot map %s: %m", size_name(bytes));
  aligned = (char *)(((uintptr_t)at + alignment - 1) / alignment * alignment);
  if (aligned != at) munmap(at, (size_t)(aligned - at));
  if (aligned + bytes != at + all) munmap(aligned + bytes, (size_t)(at + all - aligned) - bytes);
  return aligned;
}

void unmap(char *at, size_t bytes) {
  if (munmap(at, bytes) != 0) die("cannot unmap %s: %m", size_name(bytes));
}

void touch(volatile char *at, size_t bytes, size_t step) {
  for (size_t i = 0; i < bytes; i += step) at[i] = 1;
}
