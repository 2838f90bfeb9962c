/* SPDX-License-Identifier: Apache-2.0 */
/* Anonymous folios of a chosen size: Documentation/admin-guide/mm/transhuge.rst, hugepages-<size>kB/enabled. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/bench.h"

#define THP "/sys/kernel/mm/transparent_hugepage"

static int by_size(const void *a, const void *b) {
  const size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return x < y ? -1 : x > y;
}

size_t folio_sizes(size_t sizes[MAX_FOLIO_SIZES]) {
  size_t n = 0;
  DIR *dir = opendir(THP);
  sizes[n++] = page_bytes();
  if (!dir) return n;
  for (const struct dirent *entry; n < MAX_FOLIO_SIZES && (entry = readdir(dir));) {
    unsigned long kib;
    char path[320];
    if (sscanf(entry->d_name, "hugepages-%lukB", &kib) != 1) continue;
    /* A size that only shmem has carries no `enabled`. */
    snprintf(path, sizeof path, THP "/%s/enabled", entry->d_name);
    if (access(path, W_OK) == 0) sizes[n++] = (size_t)kib * 1024;
  }
  closedir(dir);
  qsort(sizes, n, sizeof *sizes, by_size);
  return n;
}

bool choose_folio_size(size_t bytes) {
  size_t sizes[MAX_FOLIO_SIZES];
  const size_t n = folio_sizes(sizes);
  bool found = bytes == page_bytes();
  if (n == 1) return found || (bytes == pmd_bytes() && bytes && write_text(THP "/enabled", "madvise"));
  for (size_t i = 1; i < n; ++i) {
    char path[96];
    snprintf(path, sizeof path, THP "/hugepages-%zukB/enabled", sizes[i] / 1024);
    if (!write_text(path, sizes[i] == bytes ? "madvise" : "never")) return false;
    found |= sizes[i] == bytes;
  }
  return found;
}

static void set_all(const char *knob, const char *to) {
  DIR *dir = opendir(THP);
  if (!dir) return;
  for (const struct dirent *entry; (entry = readdir(dir));) {
    char path[352];
    snprintf(path, sizeof path, THP "/%.60s/%s", entry->d_name, knob);
    if (strncmp(entry->d_name, "hugepages-", 10) == 0) write_text(path, to);
  }
  closedir(dir);
}

void choose_any_folio_size(void) {
  size_t sizes[MAX_FOLIO_SIZES];
  if (folio_sizes(sizes) == 1) write_text(THP "/enabled", "madvise");
  set_all("enabled", "madvise");
}

void choose_any_shmem_size(void) {
  write_text(THP "/shmem_enabled", "advise");
  set_all("shmem_enabled", "advise");
}

static uint64_t entry_of(const char *path, uint64_t index) {
  uint64_t value = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  if (pread(fd, &value, sizeof value, (off_t)(index * sizeof value)) != sizeof value) value = 0;
  close(fd);
  return value;
}

size_t folio_at(const char *at) {
  enum { HEAD = 15, TAIL = 16 }; /* KPF_COMPOUND_HEAD and _TAIL: Documentation/admin-guide/mm/pagemap.rst */
  const uint64_t entry = entry_of("/proc/self/pagemap", (uintptr_t)at / page_bytes());
  uint64_t frame = entry & ((UINT64_C(1) << 55) - 1), pages = 1, flags;
  if (!(entry >> 63) || !frame) return 0;
  flags = entry_of("/proc/kpageflags", frame);
  while (flags >> TAIL & 1) flags = entry_of("/proc/kpageflags", --frame);
  if (flags >> HEAD & 1)
    while (entry_of("/proc/kpageflags", frame + pages) >> TAIL & 1) ++pages;
  return (size_t)pages * page_bytes();
}

char *map_folios(size_t bytes, size_t folio) {
  const size_t pmd = pmd_bytes(), page = page_bytes();
  char *at;
  if (!choose_folio_size(folio)) return NULL;
  at = map_aligned(bytes, pmd ? pmd : folio);
  madvise(at, bytes, folio == page ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
  touch(at, bytes, page);
  /* Write-protecting one page and giving it back takes the PMD mapping apart, and leaves the folio whole. */
  if (pmd && folio == pmd)
    for (size_t i = 0; i < bytes; i += pmd)
      if (mprotect(at + i, page, PROT_READ) != 0 || mprotect(at + i, page, PROT_READ | PROT_WRITE) != 0)
        die("cannot protect a page of a huge page: %m");
  for (size_t i = 0; i < bytes; i += folio) {
    if (folio_at(at + i) == folio) continue;
    unmap(at, bytes);
    return NULL;
  }
  return at;
}
