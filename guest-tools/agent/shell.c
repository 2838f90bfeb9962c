/* SPDX-License-Identifier: Apache-2.0
 *
 * `vmlab shell`: a shell with job control on the console, surrounded by what the plan's first test needs.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"

static const char *const shells[] = {"/vmlab/bin/sh", "/bin/sh", "/bin/bash", "/vmlab/bin/busybox"};

/* The console's own terminal: /dev/console itself cannot be a controlling one everywhere. */
static int open_terminal(void) {
  char active[128], path[140];
  const char *last;
  int fd = -1;
  if (read_file("/sys/class/tty/console/active", active, sizeof active) > 0) {
    active[strcspn(active, "\n")] = 0;
    last = strrchr(active, ' ');
    snprintf(path, sizeof path, "/dev/%s", last ? last + 1 : active);
    fd = open(path, O_RDWR);
  }
  return fd >= 0 ? fd : open("/dev/console", O_RDWR);
}

static _Noreturn void become_shell(const char *shell, const struct plan_test *test) {
  char *const arguments[] = {(char *)"sh", NULL};
  char *const environment[] = {(char *)"PATH=/vmlab/bin:/bin:/usr/bin:/sbin:/usr/sbin", (char *)"HOME=/",
                               (char *)"TMPDIR=/tmp", (char *)"TERM=linux", (char *)"PS1=vmlab # ", NULL};
  sigset_t none;
  int fd;
  for (int i = 1; i < NSIG; ++i) signal(i, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  fd = open_terminal();
  if (fd >= 0) {
    ioctl(fd, TIOCSCTTY, 1);
    for (int i = 0; i < 3; ++i) dup2(fd, i);
    if (fd > 2) close(fd);
  }
  if (test && chdir(test->directory) != 0) dprintf(2, "vmlab: no %s here\n", test->directory);
  execve(shell, arguments, environment);
  dprintf(2, "vmlab: %s does not start\n", shell);
  _exit(127);
}

static void introduce(const struct plan_test *test, const char *setup) {
  dprintf(1, "\nvmlab: a shell in the guest; 'exit' powers it off.\n");
  if (!test) return;
  dprintf(1, "vmlab: set up for %s:\n%svmlab: run it with:", test->id, setup);
  for (char *const *argument = test->arguments; *argument; ++argument) dprintf(1, " %s", *argument);
  dprintf(1, "\n");
}

void shell_run(const struct plan *plan) {
  static char text[8 << 10];
  const struct plan_test *test = plan->test_count > 0 ? &plan->tests[0] : NULL;
  const char *shell = NULL;
  struct text_buffer report;
  int failures = 0;
  port_may_be_deaf();
  for (size_t i = 0; i < sizeof shells / sizeof *shells && !shell; ++i)
    if (access(shells[i], X_OK) == 0) shell = shells[i];
  if (!shell) {
    dprintf(2, "vmlab: no shell in this image\n");
    log_to_host(WIRE_ERROR, "no shell in this image: looked for /vmlab/bin/sh and /bin/sh");
    return;
  }
  text_buffer_init(&report, text, sizeof text);
  if (test) setup_test(test, &report);
  write_file("/proc/sys/kernel/printk", "4"); /* warnings and worse: somebody is typing here */
  introduce(test, text);
  while (failures < 3) {
    running.index = WIRE_NO_TEST;
    running.exited = false;
    running.pid = fork();
    if (running.pid == 0) become_shell(shell, test);
    if (running.pid < 0) break;
    while (!running.exited && !requests.poweroff) loop_once(now_ns() + NS_PER_S);
    /* Only a shell that was killed comes back: `exit` means it. */
    if (requests.poweroff || WIFEXITED(running.status)) break;
    ++failures;
  }
  running.pid = 0;
}
