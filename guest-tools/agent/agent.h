/* SPDX-License-Identifier: Apache-2.0
 *
 * The guest agent: PID 1 of every guest. One thread, one event loop (loop.c). What a test needs is done
 * step by step (run.c); every step that waits goes round the loop, which keeps the port, the kernel log,
 * the test's pipes, the heartbeat and the reaping of children going.
 */
#ifndef VMLAB_AGENT_AGENT_H
#define VMLAB_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "agent/plan.h"
#include "agent/text.h"
#include "wire/message.h"

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)
#define SCRATCH_DIR "/vmlab/scratch"
#define TEST_CGROUP "/sys/fs/cgroup/vmlab-test"

/* ---- files.c: small files of /proc and /sys --------------------------------------------------- */

int64_t now_ns(void); /* CLOCK_MONOTONIC */
/* The file's text, terminated and cut to size - 1 bytes; its length, or -errno. */
ssize_t read_file(const char *path, char *out, size_t size);
/* 0 or -errno. */
int write_file(const char *path, const char *text);
bool file_exists(const char *path);
/* A file that holds one number. */
bool read_number(const char *path, uint64_t *value);
/* Calls visit for every directory entry whose name begins with prefix, in no order, until it returns false. */
void each_entry(const char *directory, const char *prefix, bool (*visit)(const char *name, void *data), void *data);
/* Removes everything inside the directory, which stays; does not cross into other file systems. */
void empty_directory(const char *path);

/* ---- port.c: the virtio port and its queue ---------------------------------------------------- */

enum { PORT_WAIT_S = 30 };

bool port_open(void); /* waits for the port; false if it never came */
int port_fd(void);
void port_send(uint8_t type, const struct wire_writer *payload); /* queues; waits only if the queue is full */
bool port_congested(void); /* enough is queued: stop reading what can wait */
bool port_wants_write(void);
void port_write(void);    /* as much as the port takes now */
void port_receive(void);  /* takes bytes and acts on the frames in them */
/* From now on what nobody takes is thrown away: people at a shell look at the console, and `vmlab shell` leaves the
 * port unconnected, so that it would never take a byte. */
void port_may_be_deaf(void);
bool port_host_away(void); /* nobody holds the other end: poll() would return at once, for ever */
/* Returns once the host end has taken everything queued. */
void port_drain(void);

/* A payload under construction; one at a time. */
struct wire_writer *payload_begin(void);
struct wire_bytes bytes_of(const char *text);

__attribute__((format(printf, 2, 3))) void log_to_host(uint8_t level, const char *format, ...);
void send_evidence(uint32_t test, const char *name, const char *text, size_t length);

/* ---- loop.c ----------------------------------------------------------------------------------- */

/* What the host has asked for; the steps of run.c look at it. */
struct requests {
  bool poweroff;
  bool kill;
  uint32_t kill_test;
};
extern struct requests requests;

void loop_init(void);
/* Handles whatever is ready, waiting at most until `deadline` (now_ns) for something to become so. */
void loop_once(int64_t deadline);
void loop_sleep(int64_t ns);
extern uint32_t heartbeat_ms; /* 0: silent */

/* ---- kmsg.c ----------------------------------------------------------------------------------- */

void kmsg_open(void);
int kmsg_fd(void);
void kmsg_pump(void);  /* sends what is there now, unless the port is congested */
void kmsg_flush(void); /* sends all that is there now, however long the port takes */

/* ---- run.c: the tests ------------------------------------------------------------------------- */

struct running {
  uint32_t index;
  pid_t pid;      /* 0: no test process */
  int pipes[2];   /* stdout, stderr of the test; -1: closed */
  bool exited;
  int status;     /* from wait4 */
  struct rusage usage;
};
extern struct running running;

void run_reap(void);              /* every child that has ended */
void run_pump(int which);         /* sends what stands in one pipe, as far as the queue has room */
/* Runs all tests; false if a task could not be killed: the guest is not fit for anything more. */
bool run_plan(const struct plan *plan, uint32_t *tests_run);
/* Starts a program in its own session with the plan's surroundings; -errno if it did not start. */
pid_t spawn_test(const struct plan_test *test, int out, int err);

/* ---- setup.c and what it is made of: one test's surroundings ---------------------------------- */

/* Both say in `report` what was asked for and what was got, a line each. */
bool setup_test(const struct plan_test *test, struct text_buffer *report);
void teardown_test(const struct plan_test *test, struct text_buffer *report);

bool pools_raise(const struct plan_pool *pools, uint32_t count, struct text_buffer *report);
void pools_restore(struct text_buffer *report);
bool swap_on(uint64_t bytes, struct text_buffer *report);
void swap_off(struct text_buffer *report);
bool scratch_mount(enum plan_fs fs, struct text_buffer *report);
void scratch_unmount(struct text_buffer *report);

void tunables_remember(void); /* once, before the first test */
void tunables_restore(struct text_buffer *report);
bool settings_apply(const struct plan_setting *settings, uint32_t count, struct text_buffer *report);
void settings_restore(struct text_buffer *report);

/* ---- the rest --------------------------------------------------------------------------------- */

void mounts_make(void);
/* Loads what the image lists, before the port is looked for; failures are kept for the report after HELLO. */
void modules_load(void);
void modules_report(void);
void modules_facts(struct text_buffer *facts);
void probe_send_hello(int64_t boot_ns);
void probe_send_facts(void);
void evidence_of_tasks(uint32_t test);
void evidence_by_sysrq(void);
/* SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). */
uint64_t next_random(uint64_t *state);
/* What the plan's seed moves, besides entropy (perturb.c): address spaces, once; and for each test its start, and in a
 * hunt what runs beside it, to be called just before it starts. */
void perturb_layout(const struct plan *plan);
void perturb_test(const struct plan *plan, uint32_t test);
/* From now on the caller runs on this CPU and no other; false if it cannot. */
bool run_on(int cpu);
/* The program `/init --vcpus MS` (vcpus.c). */
int vcpus_main(const char *milliseconds);
/* 0 or the errno of what went wrong; both credit the bytes to the kernel's pool. */
int entropy_from_seed(uint64_t seed);
int entropy_from_host(const struct wire_bytes *bytes);
/* What was drawn from the pool before no longer says anything about what will be. 0 or errno. */
int entropy_reseed(void);
void restored_obey(const struct wire_restored *order);
void shell_run(const struct plan *plan);
void receive_plan_chunk(const struct wire_plan *chunk);
_Noreturn void say_goodbye(const char *reason, uint32_t tests_run);

#endif
