/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/text.h"

struct parser {
  char *next, *end; /* what is left of the text */
  uint32_t line;
  struct plan *plan;
  struct plan_error *error;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct parser *p, const char *format, ...) {
  va_list list;
  va_start(list, format);
  p->error->line = p->line;
  vsnprintf(p->error->message, sizeof p->error->message, format, list);
  va_end(list);
  return false;
}

/* The next line, terminated in place; NULL with the error set when there is none or it holds a NUL. */
static char *take_line(struct parser *p) {
  char *line = p->next, *newline;
  ++p->line;
  if (line == p->end) {
    fail(p, "the plan ends without a 'go' line");
    return NULL;
  }
  newline = memchr(line, '\n', (size_t)(p->end - line));
  if (!newline) {
    fail(p, "the last line has no newline: the plan was cut off");
    return NULL;
  }
  if (memchr(line, 0, (size_t)(newline - line))) {
    fail(p, "a NUL byte in the line");
    return NULL;
  }
  *newline = 0;
  p->next = newline + 1;
  return line;
}

/* "NAME rest" -> rest; NULL if the line does not begin so. */
static char *after_word(char *line, const char *name) {
  const size_t n = strlen(name);
  return strncmp(line, name, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

static bool decode(struct parser *p, char *word, const char *what) {
  return text_percent_decode(word) || fail(p, "%s is not percent-encoded text: '%.40s'", what, word);
}

static bool number(struct parser *p, const char *word, const char *what, uint64_t max, uint64_t *value) {
  return text_u64(word, max, value) || fail(p, "%s wants a number up to %llu, not '%.40s'", what,
                                            (unsigned long long)max, word);
}

static bool add_word(struct parser *p, char *word) {
  if (p->plan->word_count == PLAN_MAX_WORDS) return fail(p, "more than %d words in the plan", PLAN_MAX_WORDS);
  p->plan->words[p->plan->word_count++] = word;
  return true;
}

/* Splits "key=value" in place. */
static char *split_value(struct parser *p, char *word) {
  char *equals = strchr(word, '=');
  if (!equals) {
    fail(p, "key=value wanted, not '%.40s'", word);
    return NULL;
  }
  *equals = 0;
  return equals + 1;
}

/* Takes the key's bit in `seen`; false if the key is unknown or came before. */
static bool take_key(struct parser *p, const char *const *keys, const char *key, uint32_t *seen, int *which) {
  for (int i = 0; keys[i]; ++i) {
    if (strcmp(keys[i], key) != 0) continue;
    if (*seen & (1u << i)) return fail(p, "'%s' twice", key);
    *seen |= 1u << i;
    *which = i;
    return true;
  }
  return fail(p, "unknown key '%.40s'", key);
}

static bool all_keys(struct parser *p, const char *const *keys, uint32_t seen) {
  for (int i = 0; keys[i]; ++i)
    if (!(seen & (1u << i))) return fail(p, "'%s=' is missing", keys[i]);
  return true;
}

static bool parse_fs(struct parser *p, const char *word, enum plan_fs *fs) {
  static const char *const names[] = {"none", "ext4", "xfs"};
  for (int i = 0; i < 3; ++i) {
    if (strcmp(word, names[i]) == 0) {
      *fs = (enum plan_fs)i;
      return true;
    }
  }
  return fail(p, "fs is none, ext4 or xfs, not '%.40s'", word);
}

static bool parse_test_line(struct parser *p, char *words, struct plan_test *test) {
  static const char *const keys[] = {"index", "id", "dir", "program", "limit_ms", "flood", "swap", "fs", NULL};
  uint32_t seen = 0;
  char *save = NULL;
  for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *value = split_value(p, word);
    uint64_t n = 0;
    int which;
    bool ok = true;
    if (!value || !take_key(p, keys, word, &seen, &which)) return false;
    switch (which) {
      case 0:
        ok = number(p, value, word, INT32_MAX, &n);
        test->index = (uint32_t)n;
        break;
      case 1:
        ok = decode(p, value, word);
        test->id = value;
        break;
      case 2:
        ok = decode(p, value, word);
        if (ok && value[0] != '/') ok = fail(p, "dir is not an absolute path: '%.40s'", value);
        test->directory = value;
        break;
      case 3:
        ok = decode(p, value, word);
        if (ok && !value[0]) ok = fail(p, "program is empty");
        test->program = value;
        ok = ok && add_word(p, value);
        break;
      case 4: ok = number(p, value, word, INT64_MAX / 1000000, &test->limit_ms); break;
      case 5:
        ok = number(p, value, word, 1, &n);
        test->flood = n != 0;
        break;
      case 6: ok = number(p, value, word, INT64_MAX, &test->swap_bytes); break;
      default: ok = parse_fs(p, value, &test->fs); break;
    }
    if (!ok) return false;
  }
  return all_keys(p, keys, seen);
}

static bool parse_pool(struct parser *p, char *words) {
  static const char *const keys[] = {"size", "node", "pages", NULL};
  struct plan_pool *pool;
  uint32_t seen = 0;
  char *save = NULL;
  if (p->plan->pool_count == PLAN_MAX_POOLS) return fail(p, "more than %d pools", PLAN_MAX_POOLS);
  pool = &p->plan->pools[p->plan->pool_count++];
  for (char *word = strtok_r(words, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *value = split_value(p, word);
    uint64_t n = 0;
    int which;
    if (!value || !take_key(p, keys, word, &seen, &which)) return false;
    if (which == 0) {
      if (!number(p, value, word, INT64_MAX, &pool->page_bytes)) return false;
      if (pool->page_bytes < 1024 || (pool->page_bytes & (pool->page_bytes - 1)))
        return fail(p, "size is not a power of two of at least 1024: %s", value);
    } else if (which == 1) {
      const bool any = strcmp(value, "-1") == 0;
      if (!any && !number(p, value, word, 1023, &n)) return false;
      pool->node = any ? -1 : (int32_t)n;
    } else if (!number(p, value, word, INT64_MAX, &pool->pages)) {
      return false;
    }
  }
  return all_keys(p, keys, seen);
}

/* "NAME value", both encoded, become one "NAME=value" in place: the text only shrinks. */
static bool parse_env(struct parser *p, char *rest) {
  char *value = strchr(rest, ' ');
  size_t name_length;
  if (!value) return fail(p, "env wants a name and a value");
  *value++ = 0;
  if (strchr(value, ' ')) return fail(p, "env wants one name and one value");
  if (!decode(p, rest, "the name") || !decode(p, value, "the value")) return false;
  name_length = strlen(rest);
  if (name_length == 0 || strchr(rest, '=')) return fail(p, "not a variable's name: '%.40s'", rest);
  rest[name_length] = '=';
  memmove(rest + name_length + 1, value, strlen(value) + 1);
  return add_word(p, rest);
}

static bool parse_setting(struct parser *p, char *rest) {
  struct plan_setting *setting;
  char *value = strchr(rest, ' ');
  if (p->plan->setting_count == PLAN_MAX_SETTINGS) return fail(p, "more than %d settings", PLAN_MAX_SETTINGS);
  setting = &p->plan->settings[p->plan->setting_count++];
  if (!value) return fail(p, "set wants a path and a value");
  *value++ = 0;
  if (!decode(p, rest, "the path") || !decode(p, value, "the value")) return false;
  if ((strncmp(rest, "/proc/sys/", 10) != 0 && strncmp(rest, "/sys/", 5) != 0) || strstr(rest, ".."))
    return fail(p, "set writes below /proc/sys/ or /sys/, not to '%.40s'", rest);
  setting->path = rest;
  setting->value = value;
  return true;
}

static bool parse_test(struct parser *p, char *words) {
  struct plan *plan = p->plan;
  struct plan_test *test;
  bool env_began = false;
  if (plan->test_count == PLAN_MAX_TESTS) return fail(p, "more than %d tests", PLAN_MAX_TESTS);
  test = &plan->tests[plan->test_count];
  memset(test, 0, sizeof *test);
  test->arguments = &plan->words[plan->word_count];
  test->pools = &plan->pools[plan->pool_count];
  test->settings = &plan->settings[plan->setting_count];
  if (!parse_test_line(p, words, test)) return false;
  for (uint32_t i = 0; i < plan->test_count; ++i)
    if (plan->tests[i].index == test->index) return fail(p, "index %u twice", test->index);
  for (;;) {
    char *rest, *line = take_line(p);
    if (!line) return false;
    if (strcmp(line, "end") == 0) break;
    if ((rest = after_word(line, "arg"))) {
      if (env_began) return fail(p, "arg after env");
      if (!decode(p, rest, "arg") || !add_word(p, rest)) return false;
    } else if ((rest = after_word(line, "env"))) {
      if (!env_began && !add_word(p, NULL)) return false;
      if (!env_began) test->environment = &plan->words[plan->word_count];
      env_began = true;
      if (!parse_env(p, rest)) return false;
    } else if ((rest = after_word(line, "pool"))) {
      if (!parse_pool(p, rest)) return false;
      ++test->pool_count;
    } else if ((rest = after_word(line, "set"))) {
      if (!parse_setting(p, rest)) return false;
      ++test->setting_count;
    } else if ((rest = after_word(line, "user"))) {
      uint64_t user = 0;
      if (!number(p, rest, "user", 65534, &user)) return false;
      test->user = (uint32_t)user;
    } else {
      return fail(p, "arg, env, pool, set, user or end wanted, not '%.40s'", line);
    }
  }
  if (!env_began) {
    if (!add_word(p, NULL)) return false;
    test->environment = &plan->words[plan->word_count];
  }
  if (!add_word(p, NULL)) return false;
  ++plan->test_count;
  return true;
}

static bool parse_head(struct parser *p) {
  static const char *const names[] = {"vmlab-plan", "seed", "heartbeat_ms", "interactive", "perturb"};
  static const uint64_t max[] = {UINT32_MAX, UINT64_MAX, 3600000, 1, PERTURB_HUNT};
  uint64_t values[5] = {0};
  uint64_t wanted = 4;
  for (uint64_t i = 0; i < wanted; ++i) {
    char *rest, *line = take_line(p);
    if (!line) return false;
    rest = after_word(line, names[i]);
    if (!rest) return fail(p, "'%s N' wanted, not '%.40s'", names[i], line);
    if (!number(p, rest, names[i], max[i], &values[i])) return false;
    if (i == 0 && (values[0] < 1 || values[0] > 2))
      return fail(p, "this agent reads plan versions 1 and 2, not %s", rest);
    if (i == 0 && values[0] == 2) wanted = 5;
  }
  p->plan->seed = values[1];
  p->plan->heartbeat_ms = (uint32_t)values[2];
  p->plan->interactive = values[3] != 0;
  p->plan->perturb = (enum plan_perturb)values[4];
  return true;
}

bool plan_parse(char *text, size_t length, struct plan *plan, struct plan_error *error) {
  struct parser p = {text, text + length, 0, plan, error};
  error->line = 0;
  error->message[0] = 0;
  plan->test_count = plan->pool_count = plan->setting_count = plan->word_count = 0;
  if (length > PLAN_MAX_TEXT) return fail(&p, "longer than %d bytes", PLAN_MAX_TEXT);
  if (!parse_head(&p)) return false;
  for (;;) {
    char *rest, *line = take_line(&p);
    if (!line) return false;
    if (strcmp(line, "go") == 0) break;
    rest = after_word(line, "test");
    if (!rest) return fail(&p, "'test ...' or 'go' wanted, not '%.40s'", line);
    if (!parse_test(&p, rest)) return false;
  }
  ++p.line;
  return p.next == p.end || fail(&p, "text after 'go'");
}
