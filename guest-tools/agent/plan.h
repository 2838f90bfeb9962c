/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan: what this guest is to do. Text, one item a line; guest-tools/README.md is the reference.
 * Parsed in place into fixed tables: no allocation, the text must outlive the plan.
 */
#ifndef VMLAB_AGENT_PLAN_H
#define VMLAB_AGENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  PLAN_MAX_TEXT = 1 << 20,
  PLAN_MAX_TESTS = 1024,
  PLAN_MAX_POOLS = 2048,
  PLAN_MAX_SETTINGS = 1024,
  PLAN_MAX_WORDS = 16384, /* arguments and environment of all tests, with a NULL after each list */
};

enum plan_perturb { PERTURB_NONE, PERTURB_SEEDED, PERTURB_HUNT };
enum plan_fs { PLAN_FS_NONE, PLAN_FS_EXT4, PLAN_FS_XFS };

struct plan_pool {
  uint64_t page_bytes;
  int32_t node; /* -1: any */
  uint64_t pages;
};

/* A file below /proc/sys or /sys that is written before the test and put back after it. */
struct plan_setting {
  const char *path;
  const char *value;
};

struct plan_test {
  uint32_t index;
  const char *id;
  const char *directory;
  const char *program;
  uint64_t limit_ms; /* 0: the host alone enforces the limit */
  bool flood;
  uint64_t swap_bytes;
  enum plan_fs fs;
  uint32_t user; /* 0: root */
  char **arguments;   /* argv with argv[0] = program, NULL at the end */
  char **environment; /* NAME=value, NULL at the end */
  const struct plan_pool *pools;
  uint32_t pool_count;
  const struct plan_setting *settings;
  uint32_t setting_count;
};

struct plan {
  uint64_t seed;
  uint32_t heartbeat_ms;
  bool interactive;
  enum plan_perturb perturb; /* by the seed: perturb.c */
  struct plan_test tests[PLAN_MAX_TESTS];
  uint32_t test_count;
  struct plan_pool pools[PLAN_MAX_POOLS];
  uint32_t pool_count;
  struct plan_setting settings[PLAN_MAX_SETTINGS];
  uint32_t setting_count;
  char *words[PLAN_MAX_WORDS];
  uint32_t word_count;
};

struct plan_error {
  uint32_t line; /* from 1 */
  char message[160];
};

/* Parses `length` bytes of text, which it changes. On false, `error` says where and why. */
bool plan_parse(char *text, size_t length, struct plan *plan, struct plan_error *error);

#ifdef __cplusplus
}
#endif

#endif
