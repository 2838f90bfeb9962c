/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/message.h"


/* One list of fields per message, from which come both the writer and the reader. */
#define HELLO(F) F(u32, protocol) F(bytes, build) F(order, byte_order) F(u8, word_bits) \
  F(u32, page_size) F(bytes, release) F(bytes, machine) F(u64, boot_ns)
#define TEXT(F) F(bytes, text)
#define HEARTBEAT(F) F(u64, now_ns) F(u32, test)
#define TEST_START(F) F(u32, test) F(u64, now_ns)
#define OUTPUT(F) F(u32, test) F(u8, stream) F(u64, now_ns) F(bytes, data)
#define TEST_END(F) F(u32, test) F(u8, how) F(u32, code) F(u8, limit) F(u64, duration_ns) \
  F(u64, user_us) F(u64, system_us) F(u64, max_rss_kib)
#define VMSTAT(F) F(u32, test) F(u8, when) F(bytes, text)
#define KMSG(F) F(u32, lost) F(bytes, records)
#define SETUP(F) F(u32, test) F(u8, ok) F(bytes, text)
#define EVIDENCE(F) F(u32, test) F(bytes, name) F(bytes, text)
#define LOG(F) F(u8, level) F(bytes, text)
#define GOODBYE(F) F(bytes, reason) F(u32, tests_run)
#define TOKEN(F) F(u64, token)
#define PLAN(F) F(u8, last) F(bytes, text)
#define KILL(F) F(u32, test)
#define SYSRQ(F) F(u8, key)
#define RESTORED(F) F(u64, token) F(u64, realtime_ns) F(u64, seed) F(bytes, entropy)
#define READY(F) F(u64, token) F(u64, now_ns) F(u32, clock_errno) F(u32, entropy_errno)

static void put_u8(struct wire_writer *w, const uint8_t *v) { wire_put_u8(w, *v); }
static void put_u32(struct wire_writer *w, const uint32_t *v) { wire_put_u32(w, *v); }
static void put_u64(struct wire_writer *w, const uint64_t *v) { wire_put_u64(w, *v); }
static void put_bytes(struct wire_writer *w, const struct wire_bytes *v) {
  wire_put_bytes(w, v->data, v->length);
}
static void put_order(struct wire_writer *w, const uint8_t (*v)[4]) {
  for (int i = 0; i < 4; ++i) wire_put_u8(w, (*v)[i]);
}

static void get_u8(struct wire_reader *r, uint8_t *v) { *v = wire_get_u8(r); }
static void get_u32(struct wire_reader *r, uint32_t *v) { *v = wire_get_u32(r); }
static void get_u64(struct wire_reader *r, uint64_t *v) { *v = wire_get_u64(r); }
static void get_bytes(struct wire_reader *r, struct wire_bytes *v) { *v = wire_get_bytes(r); }
static void get_order(struct wire_reader *r, uint8_t (*v)[4]) {
  for (int i = 0; i < 4; ++i) (*v)[i] = wire_get_u8(r);
}

#define PUT(type, field) put_##type(w, &m->field);
#define GET(type, field) get_##type(&r, &m->field);
#define CODEC(name, FIELDS)                                                    \
  void wire_put_##name(struct wire_writer *w, const struct wire_##name *m) {   \
    FIELDS(PUT)                                                                \
  }                                                                            \
  bool wire_get_##name(const struct wire_frame *frame, struct wire_##name *m) { \
    struct wire_reader r;                                                      \
    wire_reader_init(&r, frame->payload, frame->length);                       \
    FIELDS(GET)                                                                \
    return wire_reader_done(&r);                                               \
  }

CODEC(hello, HELLO)
CODEC(text, TEXT)
CODEC(heartbeat, HEARTBEAT)
CODEC(test_start, TEST_START)
CODEC(output, OUTPUT)
CODEC(test_end, TEST_END)
CODEC(vmstat, VMSTAT)
CODEC(kmsg, KMSG)
CODEC(setup, SETUP)
CODEC(evidence, EVIDENCE)
CODEC(log, LOG)
CODEC(goodbye, GOODBYE)
CODEC(token, TOKEN)
CODEC(plan, PLAN)
CODEC(kill, KILL)
CODEC(sysrq, SYSRQ)
CODEC(restored, RESTORED)
CODEC(ready, READY)
