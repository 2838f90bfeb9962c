/* SPDX-License-Identifier: Apache-2.0
 *
 * The life of a guest: mounts, modules, port, HELLO, FACTS, plan, tests, GOODBYE, power off.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "agent/agent.h"

#define PLAN_FILE "/vmlab/plan"

static char plan_text[PLAN_MAX_TEXT + 1];
static size_t plan_length;
static bool plan_whole, plan_taken;
static struct plan plan;

static _Noreturn void power_off(void) {
  /* On the console, so that the host knows an orderly end although no word of it came through the port. */
  write_file("/dev/kmsg", "<5>vmlab: the agent powers off\n");
  sync();
  reboot(RB_POWER_OFF);
  /* A board without power-off comes back from it, or stops in the kernel; the host ends QEMU at GOODBYE. */
  reboot(RB_AUTOBOOT);
  for (;;) pause();
}

_Noreturn void say_goodbye(const char *reason, uint32_t tests_run) {
  const struct wire_goodbye message = {bytes_of(reason), tests_run};
  struct wire_writer *w;
  kmsg_flush();
  w = payload_begin();
  wire_put_goodbye(w, &message);
  port_send(WIRE_GOODBYE, w);
  port_drain();
  power_off();
}

void receive_plan_chunk(const struct wire_plan *chunk) {
  if (plan_whole || plan_taken) {
    log_to_host(WIRE_WARNING, "there is a plan already: the new one is not read");
    return;
  }
  if (chunk->text.length > PLAN_MAX_TEXT - plan_length) {
    log_to_host(WIRE_ERROR, "the plan is longer than %d bytes", PLAN_MAX_TEXT);
    say_goodbye("bad plan", 0);
  }
  memcpy(plan_text + plan_length, chunk->text.data, chunk->text.length);
  plan_length += chunk->text.length;
  plan_whole = chunk->last != 0;
}

/* The image's plan, if it has one. */
static bool plan_from_image(void) {
  const ssize_t n = read_file(PLAN_FILE, plan_text, sizeof plan_text);
  if (n == -ENOENT) return false;
  if (n < 0) {
    log_to_host(WIRE_ERROR, PLAN_FILE " cannot be read: errno %d", (int)-n);
    return false;
  }
  plan_length = (size_t)n;
  return true;
}

static bool parse_plan(const char *where) {
  struct plan_error error;
  plan_taken = true;
  if (plan_parse(plan_text, plan_length, &plan, &error)) {
    heartbeat_ms = plan.heartbeat_ms;
    return true;
  }
  log_to_host(WIRE_ERROR, "%s:%u: %s", where, (unsigned)error.line, error.message);
  dprintf(2, "vmlab agent: %s:%u: %s\n", where, (unsigned)error.line, error.message);
  return false;
}

static void credit_seed(void) {
  const int error = plan.seed != 0 ? entropy_from_seed(plan.seed) : 0;
  if (error != 0) log_to_host(WIRE_WARNING, "the kernel did not take entropy from the seed: errno %d", error);
  perturb_layout(&plan);
}

int main(int argc, char **argv) {
  int64_t boot_ns;
  bool in_image;
  uint32_t tests_run = 0;
  if (argc == 3 && strcmp(argv[1], "--vcpus") == 0) return vcpus_main(argv[2]);
  if (getpid() != 1) {
    dprintf(2, "%s: this is PID 1 of a vmlab guest; it powers the machine off when it is done, so it does not run here\n",
            argv[0]);
    return 2;
  }
  boot_ns = now_ns();
  mounts_make();
  modules_load();
  loop_init();
  if (!port_open()) {
    dprintf(2, "vmlab agent: no virtio port named org.vmlab.0 within %d s: nobody to talk to, powering off\n",
            PORT_WAIT_S);
    power_off();
  }
  in_image = plan_from_image();
  /* An exact guest must not say a word by the clock, not even before its plan is read in earnest. */
  if (in_image) heartbeat_ms = 0;
  probe_send_hello(boot_ns);
  mounts_make(); /* second half: says what did not mount */
  modules_report();
  kmsg_open();
  write_file("/proc/sys/kernel/printk", "7");
  write_file("/proc/sys/vm/drop_caches", "4"); /* from now on without a line in the log each time */
  if (in_image && !parse_plan(PLAN_FILE)) say_goodbye("bad plan", 0);
  if (in_image) credit_seed();
  probe_send_facts();
  kmsg_flush();
  if (!in_image) {
    while (!plan_whole && !requests.poweroff) loop_once(now_ns() + NS_PER_S);
    if (requests.poweroff) say_goodbye("poweroff", 0);
    if (!parse_plan("plan")) say_goodbye("bad plan", 0);
    credit_seed();
  }
  if (plan.interactive) {
    shell_run(&plan);
    say_goodbye("shell", 0);
  }
  if (!run_plan(&plan, &tests_run)) say_goodbye("unkillable", tests_run);
  say_goodbye("done", tests_run);
}
