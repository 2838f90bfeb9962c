/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/agent.h"

int64_t now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

ssize_t read_file(const char *path, char *out, size_t size) {
  size_t used = 0;
  ssize_t n = 0;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  out[0] = 0;
  if (fd < 0) return -errno;
  /* Files of /proc may come in pieces; an error after the first piece leaves what was read. */
  while (used < size - 1 && (n = read(fd, out + used, size - 1 - used)) > 0) used += (size_t)n;
  if (n < 0 && used == 0) {
    n = -errno;
    close(fd);
    return n;
  }
  close(fd);
  out[used] = 0;
  return (ssize_t)used;
}

int write_file(const char *path, const char *text) {
  const size_t length = strlen(text);
  ssize_t n;
  int result;
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return -errno;
  n = write(fd, text, length);
  result = n < 0 ? -errno : (size_t)n == length ? 0 : -EIO;
  close(fd);
  return result;
}

bool file_exists(const char *path) { return access(path, F_OK) == 0; }

bool read_number(const char *path, uint64_t *value) {
  char text[32];
  const ssize_t n = read_file(path, text, sizeof text);
  if (n <= 0) return false;
  text[strcspn(text, "\n")] = 0;
  return text_u64(text, UINT64_MAX, value);
}

void each_entry(const char *directory, const char *prefix, bool (*visit)(const char *name, void *data),
                void *data) {
  DIR *dir = opendir(directory);
  const struct dirent *entry;
  if (!dir) return;
  while ((entry = readdir(dir))) {
    if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0) continue;
    if (!visit(entry->d_name, data)) break;
  }
  closedir(dir);
}

static void empty_level(const char *path, dev_t device, int depth) {
  DIR *dir = opendir(path);
  const struct dirent *entry;
  if (!dir) return;
  while ((entry = readdir(dir))) {
    char name[PATH_MAX];
    struct stat st;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if ((size_t)snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= sizeof name) continue;
    if (lstat(name, &st) != 0 || st.st_dev != device) continue;
    if (S_ISDIR(st.st_mode)) {
      if (depth > 0) empty_level(name, device, depth - 1);
      rmdir(name);
    } else {
      unlink(name);
    }
  }
  closedir(dir);
}

void empty_directory(const char *path) {
  struct stat st;
  if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) empty_level(path, st.st_dev, 32);
}
