// SPDX-License-Identifier: Apache-2.0
#include "triage/line.h"

#include <algorithm>
#include <cstddef>

namespace triage {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

std::string_view skip_blanks(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
  return text.substr(i);
}

// "dd:dd" somewhere: a clock time.
bool has_clock(std::string_view text) {
  for (std::size_t i = 1; i + 2 < text.size(); ++i) {
    if (text[i] == ':' && is_digit(text[i - 1]) && is_digit(text[i + 1]) && is_digit(text[i + 2]))
      return true;
  }
  return false;
}

enum class Bracket { none, time, caller };

// What stands between '[' and ']' at the start of a line. A dot is asked for in a printk time so
// that a bare number or an address in a stack frame is not taken for one; mail mangling may leave
// "5.123" or "0.".
Bracket classify_bracket(std::string_view inside) {
  std::string_view text = skip_blanks(inside);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.empty()) return Bracket::none;
  if (text[0] == 'T' || text[0] == 'C') {
    std::size_t n = 1 + digits_at(text, 1);
    if (n == text.size()) return Bracket::caller;
    if (text[n] == '@' && text.size() - n < 8) return Bracket::caller;
  }
  if (is_digit(text[0]) || text[0] == '.') {
    std::size_t n = digits_at(text, 0);
    if (n < text.size() && text[n] == '.') {
      n += 1 + digits_at(text, n + 1);
      if (n == text.size() || (text[n] == ',' && n + 1 + digits_at(text, n + 1) == text.size()))
        return Bracket::time;
    }
  }
  if (text.size() <= 40 && has_clock(text) && std::ranges::all_of(text, [](char c) {
        return is_digit(c) || is_alpha(c) || c == ':' || c == '.' || c == ',' || c == '-' ||
               c == '+' || c == ' ' || c == '/';
      }))
    return Bracket::time;
  return Bracket::none;
}

// "<6>" or "<14>"; returns its length or 0.
std::size_t level_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '<') return 0;
  std::size_t n = digits_at(text, 1);
  return n >= 1 && n <= 3 && 1 + n < text.size() && text[1 + n] == '>' ? n + 2 : 0;
}

// A /dev/kmsg record: "6,339,5140900,-,caller=T1;text".
std::size_t kmsg_length(std::string_view text, std::string_view& caller) {
  std::size_t at = 0;
  for (int field = 0; field < 3; ++field) {
    std::size_t n = digits_at(text, at);
    if (n == 0 || at + n >= text.size() || text[at + n] != ',') return 0;
    at += n + 1;
  }
  std::size_t semicolon = text.substr(0, 96).find(';', at);
  if (semicolon == std::string_view::npos) return 0;
  std::string_view flags = text.substr(at, semicolon - at);
  if (auto pos = flags.find("caller="); pos != std::string_view::npos) {
    caller = flags.substr(pos + 7);
    caller = caller.substr(0, caller.find(','));
  }
  return semicolon + 1;
}

// "Nov 21 09:10:29 host kernel: ", "2026-11-21T09:10:29+00:00 host kernel[0]: "; 0 if it is not
// one.
std::size_t syslog_length(std::string_view text) {
  std::string_view head = text.substr(0, 120);
  for (std::size_t at = 0; (at = head.find("kernel", at)) != std::string_view::npos; ++at) {
    std::size_t end = at + 6;
    if (end < head.size() && head[end] == '[') {
      std::size_t n = digits_at(head, end + 1);
      if (end + 1 + n >= head.size() || head[end + 1 + n] != ']') continue;
      end += n + 2;
    }
    if (end >= head.size() || head[end] != ':') continue;
    std::string_view before = head.substr(0, at);
    if (!before.empty() && before.back() != ' ') continue;
    if (before.empty() || has_clock(before)) return end + 1;
  }
  return 0;
}

// Serial loggers' clocks without brackets: "2026-11-21 09:10:29.123 ", "09:10:29.123 ", "12.345678:
// ".
std::size_t bare_time_length(std::string_view text) {
  if (text.empty() || !is_digit(text[0])) return 0;
  std::size_t n = digits_at(text, 0);
  std::size_t at = 0;
  if (n == 4 && text.size() > 11 && text[4] == '-' && text[7] == '-' &&
      (text[10] == 'T' || text[10] == ' '))
    at = 11;
  n = digits_at(text, at);
  if (n >= 1 && n <= 2 && at + n + 2 < text.size() && text[at + n] == ':' &&
      digits_at(text, at + n + 1) == 2) {
    std::size_t end = at;
    while (end < text.size() &&
           (is_digit(text[end]) || text[end] == ':' || text[end] == '.' || text[end] == ',' ||
            text[end] == '+' || text[end] == 'Z' || text[end] == '-'))
      ++end;
    if (end < text.size() && text[end] == ' ') return end + 1;
    return 0;
  }
  if (at == 0 && n >= 1 && n < text.size() && text[n] == '.') {
    std::size_t fraction = digits_at(text, n + 1);
    std::size_t end = n + 1 + fraction;
    if (fraction >= 3 && fraction <= 9 && end < text.size()) {
      if (text[end] == ':') ++end;
      if (end < text.size() && text[end] == ' ') return end + 1;
    }
  }
  return 0;
}

// dmesg -x: "kern  :warn  : ".
std::size_t facility_length(std::string_view text) {
  if (!text.starts_with("kern ") && !text.starts_with("user ") && !text.starts_with("daemon"))
    return 0;
  std::size_t first = text.substr(0, 12).find(':');
  if (first == std::string_view::npos) return 0;
  std::size_t second = text.substr(0, 24).find(':', first + 1);
  if (second == std::string_view::npos || second + 1 >= text.size()) return 0;
  return second + 1;
}

// A console multiplexer's name before a printk prefix: "vm1: [    1.0]", "ttyS0 | <6>".
std::size_t mux_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && n < 24 && text[n] != ' ' && text[n] != '[' && text[n] != '<') ++n;
  if (n == 0 || n >= text.size()) return 0;
  std::string_view rest = skip_blanks(text.substr(n));
  bool separated = text[n - 1] == ':' || text[n - 1] == '|';
  if (rest.starts_with("| ")) {
    rest = skip_blanks(rest.substr(2));
    separated = true;
  }
  if (!separated && text[0] != '#') return 0;
  if (level_length(rest) > 0) return text.size() - rest.size();
  if (rest.starts_with('[')) {
    auto end = rest.substr(0, 48).find(']');
    if (end != std::string_view::npos && classify_bracket(rest.substr(1, end - 1)) == Bracket::time)
      return text.size() - rest.size();
  }
  return 0;
}

}  // namespace

Line parse_line(std::string_view raw) {
  Line line;
  std::string_view text = skip_blanks(raw);
  for (int round = 0; round < 12 && !text.empty(); ++round) {
    const char c = text[0];
    std::size_t taken = 0;
    if (c == '>') {
      taken = 1;
    } else if (c == '[') {
      std::size_t end = text.substr(0, 48).find(']');
      if (end == std::string_view::npos) break;
      std::string_view inside = text.substr(1, end - 1);
      Bracket what = classify_bracket(inside);
      if (what == Bracket::none) break;
      if (what == Bracket::caller) {
        inside = skip_blanks(inside);
        line.caller = inside.substr(0, inside.find_first_of(" @"));
      }
      line.stamped = true;
      taken = end + 1;
    } else if (c == '<') {
      taken = level_length(text);
      if (taken) line.stamped = true;
    } else {
      if (is_digit(c)) taken = kmsg_length(text, line.caller);
      if (taken == 0 && (is_alpha(c) || is_digit(c))) taken = syslog_length(text);
      if (taken == 0) taken = facility_length(text);
      if (taken) line.stamped = true;
      if (taken == 0) taken = bare_time_length(text);
      if (taken == 0) taken = mux_length(text);
    }
    if (taken == 0) break;
    text = skip_blanks(text.substr(taken));
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t'))
    text.remove_suffix(1);
  line.body = text;
  return line;
}

std::size_t strip_escapes(char* text, std::size_t length) {
  std::size_t out = 0;
  for (std::size_t i = 0; i < length; ++i) {
    char c = text[i];
    if (c == '\0') continue;
    if (c == '\x1b') {
      if (i + 1 < length && text[i + 1] == '[') {
        i += 2;
        while (i < length && !(text[i] >= '@' && text[i] <= '~')) ++i;
      } else {
        ++i;
      }
      continue;
    }
    text[out++] = c;
  }
  return out;
}

}  // namespace triage
