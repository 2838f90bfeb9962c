/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How often the tracepoints of memory management were passed, by anybody: perf's software counters, which are in the
 * kernel's memory and cost nothing while they are closed. perf_event_open(2), tracefs' events/GROUP/NAME/id.
 */
#include <dirent.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/bench.h"

#define EVENTS "/sys/kernel/tracing/events"

enum { MAX_EVENTS = 512, MAX_CPUS = 64, EVENT_NAME = 80 };

static const char *const groups[] = {"compaction", "exceptions", "filemap", "huge_memory", "hugetlbfs", "kmem",
                                     "ksm",        "migrate",    "mmap",    "mmap_lock",   "oom",       "page_isolation",
                                     "pagemap",    "percpu",     "thp",     "tlb",         "vmalloc",   "vmscan"};

static struct event {
  char name[EVENT_NAME];
  long id;
  int fds[MAX_CPUS];
} events[MAX_EVENTS];
static int event_count;
static long cpus;

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void find_events(void) {
  for (size_t g = 0; g < sizeof groups / sizeof *groups; ++g) {
    char path[400];
    DIR *dir;
    snprintf(path, sizeof path, EVENTS "/%s", groups[g]);
    if (!(dir = opendir(path))) continue;
    for (const struct dirent *entry; event_count < MAX_EVENTS && (entry = readdir(dir));) {
      struct event *event = &events[event_count];
      if (entry->d_name[0] == '.') continue;
      snprintf(path, sizeof path, EVENTS "/%s/%s/id", groups[g], entry->d_name);
      if ((event->id = read_number(path, -1)) < 0) continue; /* `enable` and `filter` */
      snprintf(event->name, sizeof event->name, "trace/%s/%.50s", groups[g], entry->d_name);
      ++event_count;
    }
    closedir(dir);
  }
  qsort(events, (size_t)event_count, sizeof *events, by_name);
}

static int open_counter(long id, int cpu) {
  struct perf_event_attr attributes = {.type = PERF_TYPE_TRACEPOINT, .size = sizeof attributes, .config = (uint64_t)id,
                                       .disabled = 1};
  return (int)syscall(__NR_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

/* A counter waits for all readers when it goes, a hundred times in a row: 20 ms each, or hardly any when hurried. */
static void hurry(bool yes) { write_text("/sys/kernel/rcu_expedited", yes ? "1" : "0"); }

void open_tracepoints(void) {
  struct rlimit files;
  hurry(true);
  event_count = 0;
  find_events();
  cpus = sysconf(_SC_NPROCESSORS_ONLN);
  if (cpus > MAX_CPUS) cpus = MAX_CPUS;
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  for (int i = 0; i < event_count; ++i)
    for (int cpu = 0; cpu < cpus; ++cpu) events[i].fds[cpu] = open_counter(events[i].id, cpu);
  hurry(false);
}

void begin_tracepoints(void) {
  for (int i = 0; i < event_count; ++i)
    for (int cpu = 0; cpu < cpus; ++cpu)
      if (events[i].fds[cpu] >= 0) ioctl(events[i].fds[cpu], PERF_EVENT_IOC_ENABLE, 0);
}

void end_tracepoints(void) {
  for (int i = 0; i < event_count; ++i)
    for (int cpu = 0; cpu < cpus; ++cpu)
      if (events[i].fds[cpu] >= 0) ioctl(events[i].fds[cpu], PERF_EVENT_IOC_DISABLE, 0);
}

void count_tracepoints(void) {
  hurry(true);
  for (int i = 0; i < event_count; ++i) {
    uint64_t all = 0;
    for (int cpu = 0; cpu < cpus; ++cpu) {
      uint64_t here;
      if (events[i].fds[cpu] < 0) continue;
      if (read(events[i].fds[cpu], &here, sizeof here) == sizeof here) all += here;
      close(events[i].fds[cpu]);
    }
    if (all) count(events[i].name, (long)all);
  }
  hurry(false);
}
