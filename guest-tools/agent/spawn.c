/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/agent.h"

enum { MAX_ENV = 512 };

static const char *const base_environment[] = {"PATH=/vmlab/bin:/bin:/usr/bin:/sbin:/usr/sbin", "HOME=/",
                                               "TMPDIR=/tmp"};

/* What the plan says, and of ours what the plan does not say. */
static void merge_environment(char *const *planned, char *out[MAX_ENV + 4]) {
  size_t n = 0;
  for (size_t i = 0; planned[i] && n < MAX_ENV; ++i) out[n++] = planned[i];
  const size_t planned_count = n;
  for (size_t i = 0; i < sizeof base_environment / sizeof *base_environment; ++i) {
    const size_t name = strcspn(base_environment[i], "=") + 1;
    size_t at = 0;
    while (at < planned_count && strncmp(out[at], base_environment[i], name) != 0) ++at;
    if (at == planned_count) out[n++] = (char *)base_environment[i];
  }
  out[n] = NULL;
}

static void raise_limits(bool root) {
  /* Not RLIMIT_STACK: an unlimited stack turns the address space upside down (legacy mmap layout). A test that runs
   * as a user does so because of the limits users have: its locked memory stays what the kernel gives. */
  static const int unlimited[] = {RLIMIT_MEMLOCK, RLIMIT_AS,    RLIMIT_DATA,   RLIMIT_FSIZE,  RLIMIT_NPROC,
                                  RLIMIT_CPU,     RLIMIT_LOCKS, RLIMIT_RTTIME, RLIMIT_RTPRIO, RLIMIT_MSGQUEUE};
  const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, 0}, files = {1024, 1048576};
  for (size_t i = root ? 0 : 1; i < sizeof unlimited / sizeof *unlimited; ++i)
    setrlimit((__typeof__(RLIMIT_CPU))unlimited[i], &all);
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_NOFILE, &files);
}

static void reset_signals(void) {
  sigset_t none;
  for (int i = 1; i < NSIG; ++i) signal(i, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child; returns errno. */
static int become_test(const struct plan_test *test, int out, int err) {
  static char *environment[MAX_ENV + 4];
  int null;
  reset_signals();
  setsid();
  /* What the test mounts goes when its last process does. A kernel without namespaces runs it as it is. */
  if (unshare(CLONE_NEWNS) == 0) mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
  write_file(TEST_CGROUP "/cgroup.procs", "0");
  raise_limits(test->user == 0);
  null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) return errno;
  if (null > 2) close(null);
  if (chdir(test->directory) != 0) return errno;
  if (test->user != 0 && (setgroups(0, NULL) != 0 || setgid(test->user) != 0 || setuid(test->user) != 0)) return errno;
  merge_environment(test->environment, environment);
  setenv("PATH", strchr(base_environment[0], '=') + 1, 1); /* where execvpe itself looks */
  execvpe(test->program, test->arguments, environment);
  return errno;
}

pid_t spawn_test(const struct plan_test *test, int out, int err) {
  int report[2], error = 0;
  pid_t pid;
  ssize_t n;
  if (pipe2(report, O_CLOEXEC) != 0) return -errno;
  pid = fork();
  if (pid == 0) {
    error = become_test(test, out, err);
    n = write(report[1], &error, sizeof error);
    _exit(127);
  }
  if (pid < 0) error = errno;
  close(report[1]);
  /* Closed by the exec that worked, or carries errno. */
  if (pid > 0)
    while ((n = read(report[0], &error, sizeof error)) < 0 && errno == EINTR) continue;
  close(report[0]);
  return error ? -error : pid;
}
