/* SPDX-License-Identifier: Apache-2.0
 *
 * What this guest is and has: `key=value` lines, a fact that is a feature says yes or no. Each is asked of
 * the kernel that runs, not of its config, and leaves the guest as it was.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/agent.h"

/* Newer than some C libraries; the numbers are the same on every architecture since 5.1. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif
#define SYS_NR_MSEAL 462
#define MADV_GUARD_INSTALL_NR 102

#ifndef AGENT_BUILD
#define AGENT_BUILD "unknown"
#endif

static struct text_buffer facts;

static void fact(const char *key, const char *value) { text_append(&facts, "%s=%s\n", key, value); }
static void yes_no(const char *key, bool yes) { fact(key, yes ? "yes" : "no"); }
static void number(const char *key, uint64_t value) {
  text_append(&facts, "%s=%llu\n", key, (unsigned long long)value);
}

/* The text of a file in one line. */
static void file_fact(const char *key, const char *path) {
  char text[1024];
  if (read_file(path, text, sizeof text) < 0) return;
  text[strcspn(text, "\n")] = 0;
  fact(key, text);
}

static void chosen_fact(const char *key, const char *path) {
  char text[256], chosen[32];
  if (read_file(path, text, sizeof text) <= 0) return;
  text_chosen(text, chosen, sizeof chosen);
  fact(key, chosen);
}

/* ---- huge pages ------------------------------------------------------------------------------- */

struct sizes {
  uint64_t bytes[32];
  int count;
};

static bool add_size(const char *name, void *data) {
  struct sizes *sizes = data;
  char digits[24];
  uint64_t kib;
  snprintf(digits, sizeof digits, "%.20s", name + strlen("hugepages-"));
  digits[strcspn(digits, "k")] = 0;
  if (sizes->count < 32 && text_u64(digits, UINT64_MAX / 1024, &kib)) sizes->bytes[sizes->count++] = kib * 1024;
  return true;
}

static int by_size(const void *a, const void *b) {
  const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
  return left < right ? -1 : left > right;
}

/* Page sizes that have a folder of their own, in bytes, ascending. */
static void sizes_fact(const char *key, const char *directory) {
  struct sizes sizes = {.count = 0};
  each_entry(directory, "hugepages-", add_size, &sizes);
  qsort(sizes.bytes, (size_t)sizes.count, sizeof *sizes.bytes, by_size);
  text_append(&facts, "%s=", key);
  for (int i = 0; i < sizes.count; ++i)
    text_append(&facts, "%s%llu", i > 0 ? "," : "", (unsigned long long)sizes.bytes[i]);
  text_append(&facts, "\n");
}

static void memory_facts(void) {
  char text[8192];
  uint64_t value;
  number("page_size", (uint64_t)sysconf(_SC_PAGESIZE));
  if (read_file("/proc/meminfo", text, sizeof text) <= 0) return;
  if (text_field(text, "MemTotal", &value)) number("ram_kib", value);
  if (text_field(text, "MemAvailable", &value)) number("available_kib", value);
  if (text_field(text, "Hugepagesize", &value)) number("hugepage_default", value * 1024);
  yes_no("swap", text_field(text, "SwapTotal", &value) && file_exists("/proc/swaps") &&
                     file_exists("/sys/block/zram0/disksize"));
}

#define THP "/sys/kernel/mm/transparent_hugepage"

static void huge_page_facts(void) {
  sizes_fact("hugepages", "/sys/kernel/mm/hugepages");
  yes_no("hugetlb", file_exists("/sys/kernel/mm/hugepages"));
  yes_no("thp", file_exists(THP "/enabled"));
  chosen_fact("thp_enabled", THP "/enabled");
  chosen_fact("thp_shmem_enabled", THP "/shmem_enabled");
  file_fact("thp_pmd_size", THP "/hpage_pmd_size");
  sizes_fact("thp_sizes", THP);
}

/* ---- system calls ----------------------------------------------------------------------------- */

static void uffd_facts(void) {
  struct uffdio_api api = {.api = UFFD_API};
  const int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
  const bool works = fd >= 0 && ioctl(fd, UFFDIO_API, &api) == 0;
  yes_no("uffd", works);
  if (works) text_append(&facts, "uffd_features=0x%llx\n", (unsigned long long)api.features);
  if (fd >= 0) close(fd);
}

/* Bit 55 of a pagemap entry: written to since the last clear_refs (Documentation/admin-guide/mm/soft-dirty.rst). */
static bool soft_dirty_bit(const volatile char *page, bool *set) {
  uint64_t entry = 0;
  const uint64_t size = (uint64_t)sysconf(_SC_PAGESIZE);
  const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  const bool ok = fd >= 0 && pread(fd, &entry, sizeof entry, (off_t)((uintptr_t)page / size * 8)) == sizeof entry;
  if (fd >= 0) close(fd);
  *set = (entry >> 55) & 1;
  return ok;
}

static bool soft_dirty_works(void) {
  bool before = true, after = false, ok;
  char *page = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  *(volatile char *)page = 1;
  ok = write_file("/proc/self/clear_refs", "4") == 0 && soft_dirty_bit(page, &before);
  *(volatile char *)page = 2;
  ok = ok && soft_dirty_bit(page, &after);
  munmap(page, (size_t)sysconf(_SC_PAGESIZE));
  return ok && !before && after;
}

static bool guard_regions_work(void) {
  const size_t size = (size_t)sysconf(_SC_PAGESIZE);
  void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  bool works;
  if (page == MAP_FAILED) return false;
  works = madvise(page, size, MADV_GUARD_INSTALL_NR) == 0;
  munmap(page, size);
  return works;
}

static void close_if_open(long fd) {
  if (fd >= 0) close((int)fd);
}

static void system_call_facts(void) {
  long fd;
  uffd_facts();
  yes_no("soft_dirty", soft_dirty_works());
  yes_no("guard_regions", guard_regions_work());
  fd = syscall(SYS_memfd_create, "vmlab-probe", 1u);
  yes_no("memfd_create", fd >= 0);
  close_if_open(fd);
  fd = syscall(SYS_memfd_secret, 0u);
  yes_no("memfd_secret", fd >= 0);
  close_if_open(fd);
  /* Arguments that cannot be right: what matters is that the kernel knows the call. */
  yes_no("io_uring", syscall(SYS_io_uring_setup, 0u, NULL) < 0 && errno != ENOSYS);
  yes_no("mseal", syscall(SYS_NR_MSEAL, 1ul, 1ul, ~0ul) < 0 && errno != ENOSYS);
  yes_no("mbind", syscall(SYS_get_mempolicy, NULL, NULL, 0ul, NULL, 0ul) == 0);
  yes_no("pkeys", (fd = syscall(SYS_pkey_alloc, 0ul, 0ul)) >= 0);
  if (fd >= 0) syscall(SYS_pkey_free, (int)fd);
}

/* ---- the rest --------------------------------------------------------------------------------- */

static void filesystems_fact(void) {
  char text[4096], *save = NULL;
  const char *separator = "";
  if (read_file("/proc/filesystems", text, sizeof text) <= 0) return;
  text_append(&facts, "filesystems=");
  for (char *word = strtok_r(text, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
    if (strcmp(word, "nodev") == 0) continue;
    text_append(&facts, "%s%s", separator, word);
    separator = ",";
  }
  text_append(&facts, "\n");
}

static bool append_disk(const char *name, void *data) {
  const char **separator = data;
  uint64_t sectors = 0;
  char path[320];
  snprintf(path, sizeof path, "/sys/block/%s/size", name);
  if (read_number(path, &sectors))
    text_append(&facts, "%s%s:%llu", *separator, name, (unsigned long long)sectors * 512);
  *separator = ",";
  return true;
}

static void disks_fact(void) {
  const char *separator = "";
  text_append(&facts, "disks=");
  each_entry("/sys/block", "vd", append_disk, &separator);
  text_append(&facts, "\n");
}

static void cgroup_facts(void) {
  char text[256];
  if (read_file("/sys/fs/cgroup/cgroup.controllers", text, sizeof text) < 0) {
    yes_no("cgroup2", false);
    yes_no("memcg", false);
    return;
  }
  text[strcspn(text, "\n")] = 0;
  yes_no("cgroup2", true);
  fact("cgroup_controllers", text);
  yes_no("memcg", text_has_word(text, "memory"));
  yes_no("hugetlb_cgroup", text_has_word(text, "hugetlb"));
  yes_no("pids", text_has_word(text, "pids"));
}

static void node_facts(void) {
  char list[64];
  if (read_file("/sys/devices/system/node/online", list, sizeof list) <= 0) strcpy(list, "0");
  list[strcspn(list, "\n")] = 0;
  fact("nodes", list);
  number("node_count", text_list_count(list));
  yes_no("numa", file_exists("/sys/devices/system/node/node0"));
  number("vcpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
}

static void debug_facts(void) {
  yes_no("gup_test", file_exists("/sys/kernel/debug/gup_test"));
  yes_no("split_huge_pages", file_exists("/sys/kernel/debug/split_huge_pages"));
  /* The sysctl is there exactly with CONFIG_MEMORY_FAILURE; trying would cost a page. */
  yes_no("memory_failure", file_exists("/proc/sys/vm/memory_failure_recovery"));
  yes_no("hwpoison_inject", file_exists("/sys/kernel/debug/hwpoison/corrupt-pfn"));
  yes_no("soft_offline", file_exists("/sys/devices/system/memory/soft_offline_page"));
  yes_no("ksm", file_exists("/sys/kernel/mm/ksm/run"));
  yes_no("compaction", file_exists("/proc/sys/vm/compact_memory"));
  yes_no("config", file_exists("/proc/config.gz"));
  yes_no("task_stacks", file_exists("/proc/self/stack"));
  yes_no("damon", file_exists("/sys/kernel/mm/damon"));
  yes_no("clear_warn_once", file_exists("/sys/kernel/debug/clear_warn_once"));
}

void probe_send_facts(void) {
  static char text[16 << 10];
  struct wire_text message;
  struct wire_writer *w;
  struct utsname name;
  text_buffer_init(&facts, text, sizeof text);
  uname(&name);
  fact("arch", name.machine);
  fact("kernel", name.release);
  fact("kernel_version", name.version);
  memory_facts();
  node_facts();
  huge_page_facts();
  system_call_facts();
  debug_facts();
  cgroup_facts();
  filesystems_fact();
  disks_fact();
  file_fact("clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource");
  file_fact("cmdline", "/proc/cmdline");
  modules_facts(&facts);
  message.text = bytes_of(text);
  w = payload_begin();
  wire_put_text(w, &message);
  port_send(WIRE_FACTS, w);
}

void probe_send_hello(int64_t boot_ns) {
  static const uint32_t order = 0x01020304;
  struct wire_hello message;
  struct wire_writer *w;
  struct utsname name;
  uname(&name);
  message.protocol = WIRE_PROTOCOL;
  message.build = bytes_of(AGENT_BUILD);
  memcpy(message.byte_order, &order, sizeof order);
  message.word_bits = sizeof(void *) * 8;
  message.page_size = (uint32_t)sysconf(_SC_PAGESIZE);
  message.release = bytes_of(name.release);
  message.machine = bytes_of(name.machine);
  message.boot_ns = (uint64_t)boot_ns;
  w = payload_begin();
  wire_put_hello(w, &message);
  port_send(WIRE_HELLO, w);
}
