/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/kmsg.h"

#include <string.h>

/* The next line without its newline, taken off the front of *rest. */
static struct wire_bytes take_line(struct wire_bytes *rest) {
  struct wire_bytes line = *rest;
  const uint8_t *newline = rest->length > 0 ? memchr(rest->data, '\n', rest->length) : NULL;
  if (newline) line.length = (uint32_t)(newline - rest->data);
  const uint32_t taken = newline ? line.length + 1 : line.length;
  if (taken > 0) rest->data += taken;
  rest->length -= taken;
  return line;
}

/* A decimal number at *at, which moves past it; false without a digit or above the maximum. */
static bool take_number(struct wire_bytes line, uint32_t *at, uint64_t max, uint64_t *value) {
  const uint32_t start = *at;
  *value = 0;
  while (*at < line.length && line.data[*at] >= '0' && line.data[*at] <= '9') {
    const uint64_t digit = line.data[*at] - '0';
    if (*value > (max - digit) / 10) return false;
    *value = *value * 10 + digit;
    ++*at;
  }
  return *at > start;
}

static bool take_char(struct wire_bytes line, uint32_t *at, char c) {
  if (*at >= line.length || line.data[*at] != (uint8_t)c) return false;
  ++*at;
  return true;
}

static bool parse(struct wire_bytes line, struct kmsg_record *record) {
  uint32_t at = 0;
  uint64_t priority;
  if (!take_number(line, &at, UINT32_MAX, &priority) || !take_char(line, &at, ',')) return false;
  record->priority = (uint32_t)priority;
  if (!take_number(line, &at, UINT64_MAX, &record->sequence) || !take_char(line, &at, ',')) return false;
  if (!take_number(line, &at, UINT64_MAX, &record->time_us) || !take_char(line, &at, ',')) return false;
  record->continued = at < line.length && line.data[at] == 'c';
  /* Newer kernels may add fields between the flags and the semicolon (caller=T123 already is one). */
  while (at < line.length && line.data[at] != ';') ++at;
  if (!take_char(line, &at, ';')) return false;
  record->text.data = line.data + at;
  record->text.length = line.length - at;
  return true;
}

enum kmsg_status kmsg_next(struct wire_bytes *rest, struct kmsg_record *record) {
  struct wire_bytes line;
  memset(record, 0, sizeof *record);
  if (rest->length == 0) return KMSG_END;
  line = take_line(rest);
  if (!parse(line, record)) {
    memset(record, 0, sizeof *record);
    record->text = line;
    return KMSG_BAD;
  }
  record->dictionary.data = rest->data;
  while (rest->length > 0 && rest->data[0] == ' ') take_line(rest);
  record->dictionary.length = (uint32_t)(rest->data - record->dictionary.data);
  return KMSG_RECORD;
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

uint32_t kmsg_unescape(struct wire_bytes text, uint8_t *out) {
  uint32_t used = 0;
  for (uint32_t i = 0; i < text.length; ++i) {
    const bool escape = text.length - i >= 4 && text.data[i] == '\\' && text.data[i + 1] == 'x' &&
                        hex_digit(text.data[i + 2]) >= 0 && hex_digit(text.data[i + 3]) >= 0;
    if (escape) {
      out[used++] = (uint8_t)(hex_digit(text.data[i + 2]) * 16 + hex_digit(text.data[i + 3]));
      i += 3;
    } else {
      out[used++] = text.data[i];
    }
  }
  return used;
}
