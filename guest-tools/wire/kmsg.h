/* SPDX-License-Identifier: Apache-2.0
 *
 * The records of /dev/kmsg, as KMSG frames carry them (Documentation/ABI/testing/dev-kmsg):
 *
 *   PRIORITY,SEQUENCE,MICROSECONDS,FLAGS[,...];MESSAGE\n
 *    KEY=VALUE\n            (dictionary: zero or more lines that begin with a space)
 *
 * Bytes that are not printable stand as \xNN, newlines in a message too, so records split at newlines.
 */
#ifndef VMLAB_WIRE_KMSG_H
#define VMLAB_WIRE_KMSG_H

#include "wire/wire.h"

#ifdef __cplusplus
extern "C" {
#endif

struct kmsg_record {
  uint32_t priority; /* facility * 8 + level; below 8 it is the kernel's own */
  uint64_t sequence; /* of the ring buffer: a gap means lost records */
  uint64_t time_us;  /* the printk clock */
  bool continued;    /* flag 'c': goes on the line of the record before it */
  struct wire_bytes text;       /* still escaped */
  struct wire_bytes dictionary; /* the lines after the message, with their leading spaces */
};

enum kmsg_status { KMSG_RECORD, KMSG_END, KMSG_BAD };

/* Takes the next record off the front of `*rest`. KMSG_BAD: the line is no record; it is taken off too and
 * stands in record->text. A last line without its newline counts as a line. */
enum kmsg_status kmsg_next(struct wire_bytes *rest, struct kmsg_record *record);

/* Undoes \xNN in place of `out` (at least text.length bytes); returns the number of bytes written. */
uint32_t kmsg_unescape(struct wire_bytes text, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
