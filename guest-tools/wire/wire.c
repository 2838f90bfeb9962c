/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/wire.h"

#include <string.h>

enum { AT_VERSION = 4, AT_TYPE = 5, AT_FLAGS = 6, AT_SEQUENCE = 8, AT_LENGTH = 12, AT_CRC = 16 };

static void store_u16(uint8_t *at, uint16_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void store_u32(uint8_t *at, uint32_t value) {
  store_u16(at, (uint16_t)(value >> 16));
  store_u16(at + 2, (uint16_t)value);
}

static uint16_t load_u16(const uint8_t *at) { return (uint16_t)((at[0] << 8) | at[1]); }

static uint32_t load_u32(const uint8_t *at) {
  return ((uint32_t)load_u16(at) << 16) | load_u16(at + 2);
}

const char *wire_type_name(uint8_t type) {
  switch ((enum wire_type)type) {
    case WIRE_HELLO: return "HELLO";
    case WIRE_FACTS: return "FACTS";
    case WIRE_HEARTBEAT: return "HEARTBEAT";
    case WIRE_TEST_START: return "TEST_START";
    case WIRE_OUTPUT: return "OUTPUT";
    case WIRE_TEST_END: return "TEST_END";
    case WIRE_VMSTAT: return "VMSTAT";
    case WIRE_KMSG: return "KMSG";
    case WIRE_SETUP: return "SETUP";
    case WIRE_EVIDENCE: return "EVIDENCE";
    case WIRE_LOG: return "LOG";
    case WIRE_GOODBYE: return "GOODBYE";
    case WIRE_PONG: return "PONG";
    case WIRE_PAD: return "PAD";
    case WIRE_READY: return "READY";
    case WIRE_PLAN: return "PLAN";
    case WIRE_KILL: return "KILL";
    case WIRE_PING: return "PING";
    case WIRE_SYSRQ: return "SYSRQ";
    case WIRE_POWEROFF: return "POWEROFF";
    case WIRE_RESTORED: return "RESTORED";
  }
  return NULL;
}

static uint32_t frame_crc(const uint8_t *header, const uint8_t *payload, size_t length) {
  return wire_crc32(wire_crc32(0, header, AT_CRC), payload, length);
}

size_t wire_encode(uint8_t *out, size_t capacity, uint8_t type, uint32_t sequence,
                   const uint8_t *payload, size_t length) {
  if (length > WIRE_MAX_PAYLOAD || capacity < WIRE_HEADER_SIZE + length) return 0;
  if (length > 0 && payload != out + WIRE_HEADER_SIZE)
    memmove(out + WIRE_HEADER_SIZE, payload, length);
  store_u32(out, WIRE_MAGIC);
  out[AT_VERSION] = WIRE_VERSION;
  out[AT_TYPE] = type;
  store_u16(out + AT_FLAGS, 0);
  store_u32(out + AT_SEQUENCE, sequence);
  store_u32(out + AT_LENGTH, (uint32_t)length);
  store_u32(out + AT_CRC, frame_crc(out, out + WIRE_HEADER_SIZE, length));
  return WIRE_HEADER_SIZE + length;
}

/* ---- payload fields --------------------------------------------------------------------------- */

void wire_writer_init(struct wire_writer *w, void *buffer, uint32_t size) {
  w->data = buffer;
  w->size = size;
  w->used = 0;
  w->failed = false;
}

static uint8_t *writer_room(struct wire_writer *w, uint32_t n) {
  uint8_t *at;
  if (w->failed || w->size - w->used < n) {
    w->failed = true;
    return NULL;
  }
  at = w->data + w->used;
  w->used += n;
  return at;
}

void wire_put_u8(struct wire_writer *w, uint8_t value) {
  uint8_t *at = writer_room(w, 1);
  if (at) *at = value;
}

void wire_put_u16(struct wire_writer *w, uint16_t value) {
  uint8_t *at = writer_room(w, 2);
  if (at) store_u16(at, value);
}

void wire_put_u32(struct wire_writer *w, uint32_t value) {
  uint8_t *at = writer_room(w, 4);
  if (at) store_u32(at, value);
}

void wire_put_u64(struct wire_writer *w, uint64_t value) {
  uint8_t *at = writer_room(w, 8);
  if (!at) return;
  store_u32(at, (uint32_t)(value >> 32));
  store_u32(at + 4, (uint32_t)value);
}

void wire_put_bytes(struct wire_writer *w, const void *data, uint32_t length) {
  uint8_t *at;
  /* Both parts or none: a length whose data did not fit would mislead the reader. */
  if (w->failed || w->size - w->used < 4 || w->size - w->used - 4 < length) {
    w->failed = true;
    return;
  }
  wire_put_u32(w, length);
  at = writer_room(w, length);
  if (at && length > 0) memcpy(at, data, length);
}

void wire_reader_init(struct wire_reader *r, const void *data, uint32_t size) {
  r->data = data;
  r->size = size;
  r->used = 0;
  r->failed = false;
}

static const uint8_t *reader_take(struct wire_reader *r, uint32_t n) {
  const uint8_t *at;
  if (r->failed || r->size - r->used < n) {
    r->failed = true;
    return NULL;
  }
  at = r->data + r->used;
  r->used += n;
  return at;
}

uint8_t wire_get_u8(struct wire_reader *r) {
  const uint8_t *at = reader_take(r, 1);
  return at ? *at : 0;
}

uint16_t wire_get_u16(struct wire_reader *r) {
  const uint8_t *at = reader_take(r, 2);
  return at ? load_u16(at) : 0;
}

uint32_t wire_get_u32(struct wire_reader *r) {
  const uint8_t *at = reader_take(r, 4);
  return at ? load_u32(at) : 0;
}

uint64_t wire_get_u64(struct wire_reader *r) {
  const uint8_t *at = reader_take(r, 8);
  return at ? ((uint64_t)load_u32(at) << 32) | load_u32(at + 4) : 0;
}

struct wire_bytes wire_get_bytes(struct wire_reader *r) {
  struct wire_bytes bytes = {NULL, 0};
  const uint32_t length = wire_get_u32(r);
  if (r->failed) return bytes;
  if (length > r->size - r->used) {
    r->failed = true;
    return bytes;
  }
  bytes.data = r->data + r->used;
  bytes.length = length;
  r->used += length;
  return bytes;
}

bool wire_reader_done(const struct wire_reader *r) { return !r->failed && r->used == r->size; }

/* ---- stream to frames ------------------------------------------------------------------------- */

void wire_decoder_init(struct wire_decoder *d) {
  d->begin = d->end = d->skipped = 0;
  d->ended = false;
}

void wire_decoder_end(struct wire_decoder *d) { d->ended = true; }

size_t wire_decoder_push(struct wire_decoder *d, const void *bytes, size_t n) {
  size_t room;
  if (d->begin == d->end) {
    d->begin = d->end = 0;
  } else if (d->begin > 0 && sizeof d->buffer - d->end < n) {
    memmove(d->buffer, d->buffer + d->begin, d->end - d->begin);
    d->end -= d->begin;
    d->begin = 0;
  }
  room = sizeof d->buffer - d->end;
  if (n > room) n = room;
  if (n > 0) memcpy(d->buffer + d->end, bytes, n);
  d->end += (uint32_t)n;
  return n;
}

/* What the bytes at `at` are, as far as `have` bytes can tell. */
static enum wire_status look(const uint8_t *at, uint32_t have, struct wire_frame *frame) {
  static const uint8_t magic[4] = {'V', 'M', 'L', 'B'};
  uint32_t length;
  if (memcmp(at, magic, have < 4 ? have : 4) != 0) return WIRE_SKIPPED;
  if (have < WIRE_HEADER_SIZE) return WIRE_NEED_MORE;
  length = load_u32(at + AT_LENGTH);
  if (length > WIRE_MAX_PAYLOAD) return WIRE_SKIPPED;
  if (at[AT_VERSION] == WIRE_VERSION && load_u16(at + AT_FLAGS) != 0) return WIRE_SKIPPED;
  if (have - WIRE_HEADER_SIZE < length) return WIRE_NEED_MORE;
  if (load_u32(at + AT_CRC) != frame_crc(at, at + WIRE_HEADER_SIZE, length)) return WIRE_SKIPPED;
  frame->version = at[AT_VERSION];
  frame->type = at[AT_TYPE];
  frame->sequence = load_u32(at + AT_SEQUENCE);
  frame->payload = at + WIRE_HEADER_SIZE;
  frame->length = length;
  return frame->version == WIRE_VERSION ? WIRE_FRAME : WIRE_OTHER_VERSION;
}

enum wire_status wire_decoder_next(struct wire_decoder *d, struct wire_frame *frame) {
  const uint32_t start = d->begin;
  while (d->begin < d->end) {
    const uint8_t *at = d->buffer + d->begin;
    enum wire_status status = look(at, d->end - d->begin, frame);
    if (status == WIRE_NEED_MORE && d->ended) status = WIRE_SKIPPED;
    if (status == WIRE_SKIPPED) {
      /* Only one byte is given up: the next magic may stand inside what looked like this frame. */
      const uint8_t *next = memchr(at + 1, 'V', d->end - d->begin - 1);
      d->begin = next ? (uint32_t)(next - d->buffer) : d->end;
      continue;
    }
    if (d->begin > start) { /* first say what was skipped; the frame is found again by the next call */
      d->skipped = d->begin - start;
      return WIRE_SKIPPED;
    }
    if (status != WIRE_NEED_MORE) d->begin += WIRE_HEADER_SIZE + frame->length;
    return status;
  }
  d->skipped = d->begin - start;
  return d->skipped > 0 ? WIRE_SKIPPED : WIRE_NEED_MORE;
}
