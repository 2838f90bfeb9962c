/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool text_u64(const char *word, uint64_t max, uint64_t *value) {
  uint64_t n = 0;
  if (!*word) return false;
  for (; *word; ++word) {
    const uint64_t digit = (uint64_t)(unsigned char)*word - '0';
    if (digit > 9 || digit > max || n > (max - digit) / 10) return false;
    n = n * 10 + digit;
  }
  *value = n;
  return true;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool plain(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c && strchr("._/:,+@=-", c));
}

bool text_percent_decode(char *word) {
  char *out = word;
  if (strcmp(word, "%") == 0) {
    *word = 0;
    return true;
  }
  if (!*word) return false; /* the empty text is written "%" */
  for (const char *in = word; *in; ++in) {
    int high, low;
    if (*in != '%') {
      if (!plain(*in)) return false;
      *out++ = *in;
      continue;
    }
    high = hex_digit(in[1]);
    low = high < 0 ? -1 : hex_digit(in[2]);
    if (low < 0 || high + low == 0) return false;
    *out++ = (char)(high * 16 + low);
    in += 2;
  }
  *out = 0;
  return true;
}

bool text_field(const char *text, const char *key, uint64_t *value) {
  const size_t n = strlen(key);
  for (const char *line = text; line; line = strchr(line, '\n')) {
    if (*line == '\n') ++line;
    if (strncmp(line, key, n) != 0 || (line[n] != ':' && line[n] != ' ')) continue;
    const char *at = line + n + 1;
    uint64_t sum = 0;
    while (*at == ' ' || *at == '\t') ++at;
    if (*at < '0' || *at > '9') return false;
    for (; *at >= '0' && *at <= '9'; ++at) {
      const uint64_t digit = (uint64_t)(*at - '0');
      if (sum > (UINT64_MAX - digit) / 10) return false;
      sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
  }
  return false;
}

void text_chosen(const char *text, char *out, size_t size) {
  const char *start = strchr(text, '[');
  size_t n;
  if (size == 0) return;
  if (start) {
    ++start;
    n = strcspn(start, "]\n");
  } else {
    start = text;
    n = strcspn(start, " \t\n");
  }
  if (n >= size) n = size - 1;
  memcpy(out, start, n);
  out[n] = 0;
}

bool text_has_word(const char *text, const char *word) {
  const size_t n = strlen(word);
  const char *at = text;
  while (*(at += strspn(at, " \t\n"))) {
    const size_t length = strcspn(at, " \t\n");
    if (length == n && memcmp(at, word, n) == 0) return true;
    at += length;
  }
  return false;
}

uint32_t text_list_count(const char *list) {
  uint32_t count = 0;
  const char *at = list;
  for (;;) {
    uint32_t first = 0, last = 0, digits = 0;
    for (; *at >= '0' && *at <= '9' && digits < 7; ++at, ++digits) first = first * 10 + (uint32_t)(*at - '0');
    if (digits == 0 || digits == 7) return 0;
    last = first;
    if (*at == '-') {
      ++at;
      for (last = digits = 0; *at >= '0' && *at <= '9' && digits < 7; ++at, ++digits)
        last = last * 10 + (uint32_t)(*at - '0');
      if (digits == 0 || digits == 7 || last < first) return 0;
    }
    count += last - first + 1;
    if (*at != ',') break;
    ++at;
  }
  return *at == 0 || *at == '\n' ? count : 0;
}

int64_t text_stat_ppid(const char *stat) {
  const char *close = strrchr(stat, ')');
  uint64_t ppid = 0;
  if (!close || close[1] != ' ' || !close[2] || close[3] != ' ' || close[4] < '0' || close[4] > '9') return -1;
  for (const char *at = close + 4; *at >= '0' && *at <= '9'; ++at) {
    ppid = ppid * 10 + (uint64_t)(*at - '0');
    if (ppid > INT32_MAX) return -1;
  }
  return (int64_t)ppid;
}

void text_buffer_init(struct text_buffer *b, char *data, size_t size) {
  b->data = data;
  b->size = size;
  b->used = 0;
  b->cut = false;
  if (size > 0) data[0] = 0;
}

bool text_append(struct text_buffer *b, const char *format, ...) {
  va_list list;
  int n;
  va_start(list, format);
  n = vsnprintf(b->data + b->used, b->size - b->used, format, list);
  va_end(list);
  if (n < 0 || (size_t)n >= b->size - b->used) {
    b->used = b->size > 0 ? b->size - 1 : 0;
    b->cut = true;
    return false;
  }
  b->used += (size_t)n;
  return true;
}

char *text_next_line(char **rest) {
  while (**rest != 0) {
    char *const line = *rest;
    size_t length = strcspn(line, "\n");
    *rest = line[length] != 0 ? line + length + 1 : line + length;
    line[length] = 0;
    if (length > 0 && line[length - 1] == '\r') line[--length] = 0;
    if (length > 0) return line;
  }
  return NULL;
}
