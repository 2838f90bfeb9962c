/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zram as a block device, past the page cache, for each compressor the kernel has, and zsmalloc below it: what it takes
 * to keep a page, and what compaction costs when every second page has gone. What was written is read back and compared.
 * Documentation/admin-guide/blockdev/zram.rst.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/bench.h"

enum { ZRAM_BYTES = 2 << 20, CHUNK = 64 << 10 };

static void pattern(char *at, size_t chunk) {
  for (size_t i = 0; i < CHUNK; i += 32) {
    char line[33];
    snprintf(line, sizeof line, "%015zx and %011zx", chunk * 2654435761u + i, i / 512);
    memcpy(at + i, line, 32);
  }
}

/* Bytes that zsmalloc holds: the third field of mm_stat. */
static long held_by(const char *device) {
  char path[64], text[160];
  long held = 0;
  snprintf(path, sizeof path, "/sys/block/%s/mm_stat", device);
  if (!read_text(path, text, sizeof text) || sscanf(text, "%*d %*d %ld", &held) != 1) die("%s: %m", path);
  return held;
}

static void compact(const char *algorithm, const char *device, int fd) {
  const size_t page = page_bytes();
  char name[64], path[64];
  uint64_t begin;
  for (size_t at = 0; at < ZRAM_BYTES; at += 2 * page) {
    uint64_t range[2] = {at, page};
    if (ioctl(fd, BLKDISCARD, range) != 0) die("%s: BLKDISCARD: %m", device);
  }
  snprintf(name, sizeof name, "zram-compact/%s", algorithm);
  snprintf(path, sizeof path, "/sys/block/%s/compact", device);
  begin = cpu_ns();
  if (!write_text(path, "1")) die("%s: %m", path);
  sample_cost(name, cpu_ns() - begin, ZRAM_BYTES / page / 2);
}

static void cycles(const char *algorithm, const char *device) {
  char name[64], path[64];
  char *buffer = map_aligned(CHUNK, CHUNK), *expected = malloc(CHUNK);
  int fd;
  snprintf(path, sizeof path, "/dev/%s", device);
  fd = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
  if (fd < 0 || !expected) die("%s: %m", path);
  for (int round = 0; round < rounds; ++round) {
    uint64_t write_ns = 0, read_ns = 0, begin;
    for (size_t at = 0; at < ZRAM_BYTES; at += CHUNK) {
      pattern(buffer, at + (size_t)round);
      begin = cpu_ns();
      if (pwrite(fd, buffer, CHUNK, (off_t)at) != CHUNK) die("%s: write: %m", path);
      write_ns += cpu_ns() - begin;
    }
    for (size_t at = 0; at < ZRAM_BYTES; at += CHUNK) {
      begin = cpu_ns();
      if (pread(fd, buffer, CHUNK, (off_t)at) != CHUNK) die("%s: read: %m", path);
      read_ns += cpu_ns() - begin;
      pattern(expected, at + (size_t)round);
      if (memcmp(buffer, expected, CHUNK) != 0) die("zram/%s: what was read at %zu is not what was written", algorithm, at);
    }
    snprintf(name, sizeof name, "zram-write/%s", algorithm);
    sample_cost(name, write_ns, ZRAM_BYTES / page_bytes());
    snprintf(name, sizeof name, "zram-read/%s", algorithm);
    sample_cost(name, read_ns, ZRAM_BYTES / page_bytes());
    snprintf(name, sizeof name, "zram-memory/%s", algorithm);
    sample(name, "bytes/page", LOWER, (double)held_by(device) / (double)(ZRAM_BYTES / page_bytes()));
    observe_slab();
    compact(algorithm, device, fd);
  }
  close(fd);
  unmap(buffer, CHUNK);
  free(expected);
}

static void zram(void) {
  char id[16], device[32], path[96], list[256], size[24];
  if (!read_text("/sys/class/zram-control/hot_add", id, sizeof id)) return skip("zram", "no zram-control: %m");
  id[strcspn(id, "\n")] = 0;
  snprintf(device, sizeof device, "zram%s", id);
  snprintf(path, sizeof path, "/sys/block/%s/comp_algorithm", device);
  if (!read_text(path, list, sizeof list)) die("%s: %m", path);
  snprintf(size, sizeof size, "%d", ZRAM_BYTES);
  for (char *save = NULL, *word = strtok_r(list, " []\n", &save); word; word = strtok_r(NULL, " []\n", &save)) {
    snprintf(path, sizeof path, "/sys/block/%s/comp_algorithm", device);
    if (!write_text(path, word)) {
      skip(word, "the compressor is listed and not to be had: %m");
      continue;
    }
    snprintf(path, sizeof path, "/sys/block/%s/disksize", device);
    if (!write_text(path, size)) {
      skip(word, "disksize: %m");
    } else {
      cycles(word, device);
    }
    snprintf(path, sizeof path, "/sys/block/%s/reset", device);
    if (!write_text(path, "1")) die("%s: %m", path);
  }
  write_text("/sys/class/zram-control/hot_remove", id);
}

const struct bench zram_benches[] = {
    {"zram", "writes to and reads from a zram device, its memory and compaction, for each compressor", zram},
    {NULL, NULL, NULL},
};
