/* SPDX-License-Identifier: Apache-2.0
 *
 * One test after the other. What the host sees of each, in this order:
 *
 *   SETUP, KMSG*, VMSTAT before, TEST_START, (OUTPUT | KMSG | EVIDENCE)*, VMSTAT after, LOG*, KMSG*, TEST_END
 *
 * so that everything between a SETUP and its TEST_END belongs to that test.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"

enum {
  TERM_GRACE_S = 2,
  KILL_GRACE_S = 10,
  SETTLE_MS = 20, /* for what the kernel frees and checks by itself, a moment after the test */
  PUMP_BYTES = 32 << 10,
};

struct running running = {.pid = 0, .pipes = {-1, -1}};
static bool have_children;

void run_reap(void) {
  for (;;) {
    struct rusage usage;
    int status;
    const pid_t pid = wait4(-1, &status, WNOHANG, &usage);
    have_children = pid == 0;
    if (pid <= 0) return;
    if (pid != running.pid || running.exited) continue;
    running.exited = true;
    running.status = status;
    running.usage = usage;
  }
}

/* Reads what one pipe holds; `all`: even if the port is congested. */
static void pump(int which, bool all) {
  static uint8_t bytes[PUMP_BYTES];
  while (running.pipes[which] >= 0 && (all || !port_congested())) {
    struct wire_output message = {running.index, (uint8_t)(WIRE_STDOUT + which), 0, {bytes, 0}};
    const ssize_t n = read(running.pipes[which], bytes, sizeof bytes);
    struct wire_writer *w;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      close(running.pipes[which]);
      running.pipes[which] = -1;
      return;
    }
    message.now_ns = (uint64_t)now_ns();
    message.data.length = (uint32_t)n;
    w = payload_begin();
    wire_put_output(w, &message);
    port_send(WIRE_OUTPUT, w);
  }
}

void run_pump(int which) { pump(which, false); }

static void send_setup(uint32_t index, bool ok, const char *text) {
  const struct wire_setup message = {index, ok, bytes_of(text)};
  struct wire_writer *w = payload_begin();
  wire_put_setup(w, &message);
  port_send(WIRE_SETUP, w);
}

static void send_vmstat(uint32_t index, uint8_t when) {
  static char text[32 << 10];
  struct wire_vmstat message = {index, when, {NULL, 0}};
  struct wire_writer *w = payload_begin();
  write_file("/proc/sys/vm/stat_refresh", "1"); /* fold what each CPU still holds back */
  read_file("/proc/vmstat", text, sizeof text);
  message.text = bytes_of(text);
  wire_put_vmstat(w, &message);
  port_send(WIRE_VMSTAT, w);
}

static void send_start(uint32_t index, int64_t now) {
  const struct wire_test_start message = {index, (uint64_t)now};
  struct wire_writer *w = payload_begin();
  wire_put_test_start(w, &message);
  port_send(WIRE_TEST_START, w);
}

static void send_end(const struct wire_test_end *message) {
  struct wire_writer *w = payload_begin();
  wire_put_test_end(w, message);
  port_send(WIRE_TEST_END, w);
}

/* Goes round the loop until the test's main process has ended; false at the deadline or by order. */
static bool wait_for_exit(int64_t deadline, bool obey_kill) {
  while (!running.exited && now_ns() < deadline) {
    loop_once(deadline);
    if (requests.poweroff) say_goodbye("poweroff", 0);
    if (!requests.kill) continue;
    requests.kill = false;
    if (requests.kill_test != running.index)
      log_to_host(WIRE_WARNING, "asked to kill test %u, but test %u runs", (unsigned)requests.kill_test,
                  (unsigned)running.index);
    else if (obey_kill) return false;
  }
  return running.exited;
}

/* Kills everything but ourselves and reaps it; false if something outlives SIGKILL by `grace` seconds. */
static bool kill_all(int grace) {
  const int64_t deadline = now_ns() + grace * NS_PER_S;
  do {
    kill(-1, SIGKILL);
    run_reap();
    if (!have_children) return true;
    loop_sleep(NS_PER_MS); /* a process that was just forking shows up now */
  } while (now_ns() < deadline);
  return false;
}

static void end_by_force(void) {
  char mark[64];
  /* On console and log, for whoever reads them: what follows is not the test's own. */
  snprintf(mark, sizeof mark, "<5>vmlab: time is up for test %u\n", (unsigned)running.index);
  write_file("/dev/kmsg", mark);
  evidence_of_tasks(running.index);
  evidence_by_sysrq();
  kill(-running.pid, SIGTERM);
  if (wait_for_exit(now_ns() + TERM_GRACE_S * NS_PER_S, false)) return;
  kill(-1, SIGKILL);
  wait_for_exit(now_ns() + KILL_GRACE_S * NS_PER_S, false);
}

static void fill_end(struct wire_test_end *end, int64_t started) {
  const struct rusage *usage = &running.usage;
  end->duration_ns = (uint64_t)(now_ns() - started);
  end->how = WIFSIGNALED(running.status) ? WIRE_SIGNALLED : WIRE_EXITED;
  end->code = (uint32_t)(end->how == WIRE_SIGNALLED ? WTERMSIG(running.status) : WEXITSTATUS(running.status));
  end->user_us = (uint64_t)usage->ru_utime.tv_sec * 1000000 + (uint64_t)usage->ru_utime.tv_usec;
  end->system_us = (uint64_t)usage->ru_stime.tv_sec * 1000000 + (uint64_t)usage->ru_stime.tv_usec;
  end->max_rss_kib = (uint64_t)usage->ru_maxrss;
}

static int make_pipe(int which, int *write_end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -errno;
  fcntl(ends[0], F_SETFL, O_NONBLOCK); /* our end only: the test gets an ordinary blocking pipe */
  running.pipes[which] = ends[0];
  *write_end = ends[1];
  return 0;
}

static pid_t start(const struct plan_test *test) {
  int out = -1, err = -1;
  pid_t pid = make_pipe(0, &out);
  if (pid == 0) pid = make_pipe(1, &err);
  if (pid == 0) pid = spawn_test(test, out, err);
  if (out >= 0) close(out);
  if (err >= 0) close(err);
  return pid;
}

/* Runs the prepared test and fills `end`; false if it cannot be killed. */
static bool run_prepared(const struct plan *plan, const struct plan_test *test, struct wire_test_end *end) {
  int64_t started;
  bool dead;
  kmsg_flush();
  perturb_test(plan, test->index);
  send_vmstat(test->index, WIRE_BEFORE);
  started = now_ns();
  send_start(test->index, started);
  running.exited = false;
  running.pid = start(test);
  if (running.pid < 0) {
    end->code = (uint32_t)-running.pid;
    log_to_host(WIRE_ERROR, "%s in %s does not start: %s", test->program, test->directory, strerror(-running.pid));
    running.pid = 0;
  } else {
    if (!wait_for_exit(test->limit_ms ? started + (int64_t)test->limit_ms * NS_PER_MS : INT64_MAX, true)) {
      end->limit = WIRE_LIMIT_HIT;
      end_by_force();
    }
    if (running.exited) fill_end(end, started);
    else end->duration_ns = (uint64_t)(now_ns() - started);
  }
  /* Writers first, their last words after: a pipe with a writer left might never run dry. A main
   * process that is still there has had its seconds. */
  dead = kill_all(running.pid > 0 && !running.exited ? 0 : KILL_GRACE_S);
  for (int i = 0; i < 2; ++i) pump(i, true);
  for (int i = 0; i < 2; ++i) {
    if (running.pipes[i] >= 0) close(running.pipes[i]);
    running.pipes[i] = -1;
  }
  if (!running.exited && running.pid > 0) {
    end->how = WIRE_SIGNALLED;
    end->code = SIGKILL;
  }
  running.pid = 0;
  return dead;
}

/* "BUG: Bad rss-counter state" and the like come when the last reference to the mm goes. An idle processor keeps one
 * to what it ran last (lazy TLB) until it runs something else: here it does. */
static void visit_processors(void) {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) != 0) return;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &all)) (void)run_on(cpu); /* one that has just gone away has nothing left to keep */
  sched_setaffinity(0, sizeof all, &all);
}

static bool run_test(const struct plan *plan, const struct plan_test *test) {
  static char text[16 << 10];
  struct text_buffer report;
  struct wire_test_end end = {.test = test->index, .how = WIRE_NOT_STARTED};
  bool ok, fit = true;
  running.index = test->index;
  text_buffer_init(&report, text, sizeof text);
  kmsg_flush(); /* what came before is not this test's */
  ok = setup_test(test, &report);
  send_setup(test->index, ok, text);
  if (ok) fit = run_prepared(plan, test, &end);
  if (!fit) {
    end.limit = WIRE_UNKILLABLE;
    log_to_host(WIRE_ERROR, "unkillable: a task of test %u outlives SIGKILL", (unsigned)test->index);
    evidence_of_tasks(test->index);
    kmsg_flush();
    send_end(&end);
    return false;
  }
  if (ok) send_vmstat(test->index, WIRE_AFTER);
  text_buffer_init(&report, text, sizeof text);
  teardown_test(test, &report);
  if (report.used > 0) log_to_host(WIRE_INFO, "after test %u:\n%s", (unsigned)test->index, text);
  if (ok) {
    visit_processors();
    loop_sleep(SETTLE_MS * NS_PER_MS);
  }
  kmsg_flush();
  send_end(&end);
  return true;
}

bool run_plan(const struct plan *plan, uint32_t *tests_run) {
  tunables_remember();
  for (*tests_run = 0; *tests_run < plan->test_count;) {
    const bool fit = run_test(plan, &plan->tests[*tests_run]);
    ++*tests_run;
    if (!fit) return false;
    loop_once(0);
    if (requests.poweroff) say_goodbye("poweroff", *tests_run);
  }
  return true;
}
