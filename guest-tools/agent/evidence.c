/* SPDX-License-Identifier: Apache-2.0
 *
 * What a test that does not end was doing: every thread of every user process, then the kernel's own
 * word through sysrq, which arrives in the kernel log.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"

enum { TOTAL = 64 << 10, MAX_FILE = 6 << 10 };

struct evidence {
  uint32_t test;
  int pid;
  struct text_buffer out;
};

static char text[TOTAL];

static void append_file(struct evidence *e, int pid, const char *thread, const char *file) {
  static char content[MAX_FILE];
  char path[96];
  ssize_t n;
  snprintf(path, sizeof path, "/proc/%d/task/%.20s/%s", pid, thread, file);
  n = read_file(path, content, sizeof content);
  if (n <= 0) return;
  if (content[n - 1] == '\n') content[n - 1] = 0;
  text_append(&e->out, "%s:%s%s\n", file, strchr(content, '\n') ? "\n" : " ", content);
}

static bool append_thread(const char *name, void *data) {
  static const char *const files[] = {"comm", "wchan", "syscall", "stack", "status"};
  struct evidence *e = data;
  if (!isdigit((unsigned char)name[0])) return true;
  text_append(&e->out, "thread %.20s\n", name);
  for (size_t i = 0; i < sizeof files / sizeof *files; ++i) append_file(e, e->pid, name, files[i]);
  return !e->out.cut;
}

/* Kernel threads are pid 2 and its children. */
static bool of_user_space(int pid) {
  char path[32], stat[512];
  int64_t parent;
  if (pid <= 2) return false;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  if (read_file(path, stat, sizeof stat) <= 0) return false;
  parent = text_stat_ppid(stat);
  return parent != 2;
}

static bool append_process(const char *name, void *data) {
  struct evidence *e = data;
  char path[48], comm[32], title[80];
  const size_t before = e->out.used;
  if (!isdigit((unsigned char)name[0])) return true;
  e->pid = atoi(name);
  if (!of_user_space(e->pid)) return true;
  snprintf(path, sizeof path, "/proc/%d/task", e->pid);
  each_entry(path, "", append_thread, e);
  snprintf(path, sizeof path, "/proc/%d/comm", e->pid);
  if (read_file(path, comm, sizeof comm) < 0) comm[0] = 0;
  comm[strcspn(comm, "\n")] = 0;
  snprintf(title, sizeof title, "tasks of pid %d (%s)%s", e->pid, comm, e->out.cut ? ", cut" : "");
  send_evidence(e->test, title, e->out.data + before, e->out.used - before);
  return !e->out.cut;
}

void evidence_of_tasks(uint32_t test) {
  struct evidence e = {.test = test};
  text_buffer_init(&e.out, text, sizeof text);
  each_entry("/proc", "", append_process, &e);
}

void evidence_by_sysrq(void) {
  /* w: blocked tasks, l: what each CPU runs, t: all tasks. The log takes them; a console at level 7 would
   * take minutes under emulation. */
  static const char *const keys[] = {"w", "l", "t"};
  char level[64];
  const bool known = read_file("/proc/sys/kernel/printk", level, sizeof level) > 0;
  if (known) write_file("/proc/sys/kernel/printk", "1");
  for (size_t i = 0; i < sizeof keys / sizeof *keys; ++i) {
    write_file("/proc/sysrq-trigger", keys[i]);
    loop_sleep(20 * NS_PER_MS); /* other CPUs answer 'l' by themselves */
    kmsg_flush();
  }
  if (known) {
    level[strcspn(level, " \t\n")] = 0;
    write_file("/proc/sys/kernel/printk", level);
  }
}
