/* SPDX-License-Identifier: Apache-2.0
 *
 * The modules that the image brings along, loaded before anything is looked for in the guest: with a
 * distribution's kernel the port itself is one. The image lists them in load order; there is no modprobe.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/agent.h"

#define ORDER_FILE "/vmlab/modules/order" /* a path a line */

enum {
  MAX_ORDER = 64 << 10,
  MAX_PATH = 255,
  MAX_MODULES = 256,
  MAX_FILE = 64 << 20,
  MAX_FAILURES = 16, /* kept for the host; further ones are only counted */
};

static struct {
  char path[MAX_PATH + 1];
  const char *what;
  int error; /* errno; 0: `what` says it all */
} failures[MAX_FAILURES];
static unsigned failed, loaded, there_already;
static bool listed;

/* The port is not there yet: the console is told at once, the host by modules_report(). */
static void failure(const char *path, const char *what, int error) {
  dprintf(2, "vmlab agent: module %s: %s (errno %d)\n", path, what, error);
  if (failed < MAX_FAILURES) {
    snprintf(failures[failed].path, sizeof failures[failed].path, "%s", path);
    failures[failed].what = what;
    failures[failed].error = error;
  }
  ++failed;
}

static const char *what_went_wrong(int error) {
  switch (error) {
    case ENOEXEC: return "is no module of this kernel, or is compressed";
    case ENOENT: return "needs a symbol that no module before it has, or is not in the image";
    case EINVAL: return "refused its parameters";
    case ENODEV: return "found nothing to drive";
    default: return "does not load";
  }
}

static void load(const char *path) {
  struct stat st;
  const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) {
    failure(path, "is not in the image", errno);
    return;
  }
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_FILE) failure(path, "is no file of a module's size", 0);
  else if (syscall(SYS_finit_module, fd, "", 0) == 0) ++loaded;
  else if (errno == EEXIST) ++there_already; /* built in after all, or pulled in by another */
  else failure(path, what_went_wrong(errno), errno);
  close(fd);
}

void modules_load(void) {
  static char text[MAX_ORDER];
  const ssize_t n = read_file(ORDER_FILE, text, sizeof text);
  char *rest = text, *line;
  unsigned count = 0;
  if (n == -ENOENT) return;
  listed = true;
  if (n < 0) {
    failure(ORDER_FILE, "cannot be read", (int)-n);
    return;
  }
  if ((size_t)n >= sizeof text - 1) failure(ORDER_FILE, "is too long: its end is not read", 0);
  while ((line = text_next_line(&rest))) {
    if (strlen(line) > MAX_PATH) failure(ORDER_FILE, "has a line that is too long", 0);
    else if (++count > MAX_MODULES) failure(line, "is one too many", 0);
    else load(line);
  }
}

void modules_report(void) {
  const unsigned kept = failed < MAX_FAILURES ? failed : MAX_FAILURES;
  if (!listed) return;
  for (unsigned i = 0; i < kept; ++i)
    log_to_host(WIRE_ERROR, "module %s: %s (errno %d)", failures[i].path, failures[i].what, failures[i].error);
  if (failed > kept) log_to_host(WIRE_ERROR, "%u more modules did not load", failed - kept);
  log_to_host(WIRE_INFO, "modules: %u loaded, %u were there, %u failed", loaded, there_already, failed);
}

void modules_facts(struct text_buffer *facts) {
  if (listed) text_append(facts, "modules_loaded=%u\nmodules_failed=%u\n", loaded, failed);
}
