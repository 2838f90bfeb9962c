/* SPDX-License-Identifier: Apache-2.0
 *
 * The frames that the guest agent and the host exchange over virtio-serial. Both sides compile this very
 * code: C11, no allocation, no library beyond memcpy. guest-tools/README.md is the reference.
 *
 * A frame is a 20-byte header and a payload; every number is big-endian, whatever the guest is:
 *
 *   0 magic u32 'VMLB' | 4 version u8 | 5 type u8 | 6 flags u16 = 0 | 8 sequence u32
 *   12 payload length u32 (at most 65536) | 16 CRC-32 (IEEE 802.3) of the 16 bytes before it and the payload
 *
 * The layout of the header is the same in every version, so that a reader can name a version it does not
 * speak instead of calling it garbage. The bytes come from a kernel under test: trust none of them.
 */
#ifndef VMLAB_WIRE_WIRE_H
#define VMLAB_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  WIRE_MAGIC = 0x564d4c42,
  WIRE_VERSION = 1,
  WIRE_HEADER_SIZE = 20,
  WIRE_MAX_PAYLOAD = 65536,
  WIRE_MAX_FRAME = WIRE_HEADER_SIZE + WIRE_MAX_PAYLOAD,
};

/* Types below 64 go from the guest to the host, the others from the host to the guest. */
enum wire_type {
  WIRE_HELLO = 1,
  WIRE_FACTS = 2,
  WIRE_HEARTBEAT = 3,
  WIRE_TEST_START = 4,
  WIRE_OUTPUT = 5,
  WIRE_TEST_END = 6,
  WIRE_VMSTAT = 7,
  WIRE_KMSG = 8,
  WIRE_SETUP = 9,
  WIRE_EVIDENCE = 10,
  WIRE_LOG = 11,
  WIRE_GOODBYE = 12,
  WIRE_PONG = 13,
  WIRE_PAD = 14, /* no payload, no meaning: pushes what went before out of the guest */
  WIRE_READY = 15,
  WIRE_PLAN = 64,
  WIRE_KILL = 65,
  WIRE_PING = 66,
  WIRE_SYSRQ = 67,
  WIRE_POWEROFF = 68,
  WIRE_RESTORED = 69,
};

/* The name of a type, for messages: "TEST_END"; "type N" is the caller's to write when it is NULL. */
const char *wire_type_name(uint8_t type);

struct wire_frame {
  uint8_t version;
  uint8_t type;
  uint32_t sequence; /* counts each sender's frames from 0: a gap means lost frames */
  const uint8_t *payload;
  uint32_t length;
};

uint32_t wire_crc32(uint32_t crc, const void *data, size_t length);

/* Writes one frame to `out` and returns its size, or 0 if it does not fit or the payload is too long.
 * The payload may already stand at out + WIRE_HEADER_SIZE; then nothing is copied. */
size_t wire_encode(uint8_t *out, size_t capacity, uint8_t type, uint32_t sequence,
                   const uint8_t *payload, size_t length);

/* ---- payload fields --------------------------------------------------------------------------- */

struct wire_bytes {
  const uint8_t *data;
  uint32_t length;
};

/* Appends fields to a buffer. Once something did not fit, `failed` stays set and nothing more is written. */
struct wire_writer {
  uint8_t *data;
  uint32_t size;
  uint32_t used;
  bool failed;
};

void wire_writer_init(struct wire_writer *w, void *buffer, uint32_t size);
void wire_put_u8(struct wire_writer *w, uint8_t value);
void wire_put_u16(struct wire_writer *w, uint16_t value);
void wire_put_u32(struct wire_writer *w, uint32_t value);
void wire_put_u64(struct wire_writer *w, uint64_t value);
void wire_put_bytes(struct wire_writer *w, const void *data, uint32_t length); /* u32 length, data */

/* Takes fields from a payload. Once something was missing, `failed` stays set and every get gives 0. */
struct wire_reader {
  const uint8_t *data;
  uint32_t size;
  uint32_t used;
  bool failed;
};

void wire_reader_init(struct wire_reader *r, const void *data, uint32_t size);
uint8_t wire_get_u8(struct wire_reader *r);
uint16_t wire_get_u16(struct wire_reader *r);
uint32_t wire_get_u32(struct wire_reader *r);
uint64_t wire_get_u64(struct wire_reader *r);
struct wire_bytes wire_get_bytes(struct wire_reader *r); /* points into the payload */
/* True if every field was there and nothing is left over. */
bool wire_reader_done(const struct wire_reader *r);

/* ---- stream to frames ------------------------------------------------------------------------- */

enum wire_status {
  WIRE_FRAME,         /* `frame` is filled; its payload lives until the next push or next */
  WIRE_NEED_MORE,     /* push more bytes */
  WIRE_SKIPPED,       /* `skipped` bytes were no frame and are gone; call again */
  WIRE_OTHER_VERSION, /* a whole, checked frame of a version this code does not speak; filled as well */
};

/* Finds frames in a byte stream that arrives in any chunks. Garbage is skipped up to the next magic. */
struct wire_decoder {
  uint32_t begin, end; /* the bytes not yet decoded */
  uint32_t skipped;    /* of the last WIRE_SKIPPED */
  bool ended;
  uint8_t buffer[2 * WIRE_MAX_FRAME];
};

void wire_decoder_init(struct wire_decoder *d);
/* Takes up to n bytes and returns how many; less than n only while undecoded bytes fill the buffer:
 * call next until it says WIRE_NEED_MORE, after which there is room for at least one whole frame. */
size_t wire_decoder_push(struct wire_decoder *d, const void *bytes, size_t n);
enum wire_status wire_decoder_next(struct wire_decoder *d, struct wire_frame *frame);
/* No more bytes will come: an unfinished frame is reported as WIRE_SKIPPED. */
void wire_decoder_end(struct wire_decoder *d);

#ifdef __cplusplus
}
#endif

#endif
