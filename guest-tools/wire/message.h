/* SPDX-License-Identifier: Apache-2.0
 *
 * What the frames say: one struct, one writer and one reader per payload, so that both sides agree on the
 * order of the fields. Fields stand in the payload in the order of the struct; text is u32 length + bytes,
 * not terminated, and may hold anything. Times are nanoseconds of the guest's CLOCK_MONOTONIC.
 *
 * A reader returns false unless the payload holds exactly its fields.
 */
#ifndef VMLAB_WIRE_MESSAGE_H
#define VMLAB_WIRE_MESSAGE_H

#include "wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What HELLO says the agent knows. 2: RESTORED and READY. */
enum { WIRE_PROTOCOL = 2 };
#define WIRE_NO_TEST UINT32_C(0xffffffff)

struct wire_hello {
  uint32_t protocol;
  struct wire_bytes build;
  uint8_t byte_order[4]; /* the guest's own uint32_t 0x01020304: 1 2 3 4 is big-endian */
  uint8_t word_bits;     /* of the agent: 32 or 64 */
  uint32_t page_size;
  struct wire_bytes release; /* uname -r */
  struct wire_bytes machine; /* uname -m */
  uint64_t boot_ns;
};

struct wire_heartbeat {
  uint64_t now_ns;
  uint32_t test; /* WIRE_NO_TEST between tests */
};

struct wire_test_start {
  uint32_t test;
  uint64_t now_ns;
};

enum wire_stream { WIRE_STDOUT = 1, WIRE_STDERR = 2 };

struct wire_output {
  uint32_t test;
  uint8_t stream;
  uint64_t now_ns;
  struct wire_bytes data;
};

enum wire_how { WIRE_EXITED = 0, WIRE_SIGNALLED = 1, WIRE_NOT_STARTED = 2 };
enum wire_limit { WIRE_IN_TIME = 0, WIRE_LIMIT_HIT = 1, WIRE_UNKILLABLE = 2 };

struct wire_test_end {
  uint32_t test;
  uint8_t how;
  uint32_t code;  /* exit status, signal number or the guest's errno */
  uint8_t limit;  /* enum wire_limit; the host's KILL counts as a limit */
  uint64_t duration_ns;
  uint64_t user_us;
  uint64_t system_us;
  uint64_t max_rss_kib;
};

enum wire_when { WIRE_BEFORE = 0, WIRE_AFTER = 1 };

struct wire_vmstat {
  uint32_t test;
  uint8_t when;
  struct wire_bytes text;
};

struct wire_kmsg {
  uint32_t lost; /* how often the ring buffer overran the reader before these records */
  struct wire_bytes records;
};

struct wire_setup {
  uint32_t test;
  uint8_t ok;
  struct wire_bytes text;
};

struct wire_evidence {
  uint32_t test;
  struct wire_bytes name;
  struct wire_bytes text;
};

enum wire_level { WIRE_INFO = 1, WIRE_WARNING = 2, WIRE_ERROR = 3 };

struct wire_log {
  uint8_t level;
  struct wire_bytes text;
};

struct wire_goodbye {
  struct wire_bytes reason; /* "done", "poweroff", "bad plan", "unkillable", "shell", "no plan" */
  uint32_t tests_run;
};

struct wire_plan {
  uint8_t last;
  struct wire_bytes text;
};

struct wire_kill {
  uint32_t test;
};

struct wire_token { /* PING and PONG */
  uint64_t token;
};

struct wire_sysrq {
  uint8_t key;
};

/* This guest is a copy of one that was frozen: what every copy would share is made its own. */
struct wire_restored {
  uint64_t token;
  uint64_t realtime_ns; /* CLOCK_REALTIME to set; 0 leaves the clock alone */
  uint64_t seed;        /* 0: none; otherwise entropy is drawn from it and `entropy` is not looked at */
  struct wire_bytes entropy; /* at most WIRE_MOST_ENTROPY bytes */
};
enum { WIRE_MOST_ENTROPY = 512 };

struct wire_ready { /* the answer to RESTORED */
  uint64_t token;
  uint64_t now_ns;
  uint32_t clock_errno;   /* 0: the clock was set */
  uint32_t entropy_errno; /* 0: the entropy was credited and the generator reseeded */
};

struct wire_text { /* FACTS */
  struct wire_bytes text;
};

#define WIRE_MESSAGE(name)                                                      \
  void wire_put_##name(struct wire_writer *w, const struct wire_##name *m);     \
  bool wire_get_##name(const struct wire_frame *frame, struct wire_##name *m)

WIRE_MESSAGE(hello);
WIRE_MESSAGE(text);
WIRE_MESSAGE(heartbeat);
WIRE_MESSAGE(test_start);
WIRE_MESSAGE(output);
WIRE_MESSAGE(test_end);
WIRE_MESSAGE(vmstat);
WIRE_MESSAGE(kmsg);
WIRE_MESSAGE(setup);
WIRE_MESSAGE(evidence);
WIRE_MESSAGE(log);
WIRE_MESSAGE(goodbye);
WIRE_MESSAGE(token);
WIRE_MESSAGE(plan);
WIRE_MESSAGE(kill);
WIRE_MESSAGE(sysrq);
WIRE_MESSAGE(restored);
WIRE_MESSAGE(ready);

#undef WIRE_MESSAGE

#ifdef __cplusplus
}
#endif

#endif
