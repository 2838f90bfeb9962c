/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench.h"

bool write_text(const char *path, const char *text) {
  const size_t length = strlen(text);
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  ssize_t n;
  int error;
  if (fd < 0) return false;
  n = write(fd, text, length);
  error = errno;
  close(fd);
  errno = error;
  return n == (ssize_t)length;
}

bool read_text(const char *path, char *text, size_t size) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t n;
  if (fd < 0) return false;
  n = read(fd, text, size - 1);
  close(fd);
  if (n < 0) return false;
  text[n] = 0;
  return true;
}

long read_number(const char *path, long otherwise) {
  char text[64], *end;
  long value;
  if (!read_text(path, text, sizeof text)) return otherwise;
  value = strtol(text, &end, 10);
  return end == text ? otherwise : value;
}

const char *size_name(size_t bytes) {
  static char names[4][24];
  static unsigned next;
  char *name = names[next++ % 4];
  const size_t kib = 1024, mib = 1024 * kib, gib = 1024 * mib;
  if (bytes >= gib && bytes % gib == 0) snprintf(name, sizeof *names, "%zuG", bytes / gib);
  else if (bytes >= mib && bytes % mib == 0) snprintf(name, sizeof *names, "%zuM", bytes / mib);
  else if (bytes % kib == 0) snprintf(name, sizeof *names, "%zuK", bytes / kib);
  else snprintf(name, sizeof *names, "%zu", bytes);
  return name;
}
