/* SPDX-License-Identifier: Apache-2.0
 *
 * Small parsers of text from plans, /proc and /sys. Pure, so that they are tested on the host.
 */
#ifndef VMLAB_AGENT_TEXT_H
#define VMLAB_AGENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A whole word of decimal digits, at most `max`. */
bool text_u64(const char *word, uint64_t max, uint64_t *value);

/* Undoes %NN in place; "%" alone is the empty text. False on any byte that the plan's encoding does not
 * produce: a bad escape, %00, or a byte outside [A-Za-z0-9._/:,+@=-]. */
bool text_percent_decode(char *word);

/* The number after "KEY:" or "KEY " at the start of a line, as in /proc/meminfo and /proc/vmstat. */
bool text_field(const char *text, const char *key, uint64_t *value);

/* The chosen word of "always [madvise] never", or the text's first word if none is in brackets.
 * Always terminated; cut if `size` is too small. */
void text_chosen(const char *text, char *out, size_t size);

/* Whether one of the words of the text (separated by blanks or newlines) is `word`. */
bool text_has_word(const char *text, const char *word);

/* The next line that is not empty, terminated in place, without a '\r' at its end; NULL at the end of the text. */
char *text_next_line(char **rest);

/* "0-2,5" -> how many; 0 for anything malformed. */
uint32_t text_list_count(const char *list);

/* The parent's pid in a line of /proc/PID/stat, whose second field may hold anything; -1 if malformed. */
int64_t text_stat_ppid(const char *stat);

/* Appends formatted text to a buffer that stays terminated; returns false once something was cut. */
struct text_buffer {
  char *data;
  size_t size, used;
  bool cut;
};
void text_buffer_init(struct text_buffer *b, char *data, size_t size);
__attribute__((format(printf, 2, 3))) bool text_append(struct text_buffer *b, const char *format, ...);

#ifdef __cplusplus
}
#endif

#endif
