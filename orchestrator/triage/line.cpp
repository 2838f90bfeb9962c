// SPDX-License-Identifier: Apache-2.0
#include "triage/line.h"

#include <cstddef>

#include "triage/prefix.h"

namespace triage {

Line parse_line(std::string_view raw) {
  using namespace prefix;
  Line line;
  std::string_view text = skip_blanks(raw);
  bool record = false;
  bool timed = false;  // the prefix just taken ended in a printk time
  for (int round = 0; round < 12 && !text.empty(); ++round) {
    const char c = text[0];
    const bool digit = c >= '0' && c <= '9';
    const bool alpha = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    std::size_t taken = 0;
    const bool was_timed = timed;
    timed = false;
    if (was_timed && (c == 'c' || c == '-' || c == '(' || c == '[')) taken = vendor_length(text);
    if (taken > 0) {
    } else if (c == '>' ||
               (c == '|' && text.size() > 1 && std::string_view(" |>").find(text[1]) < 3)) {
      taken = 1;
    } else if (c == '[') {
      std::size_t end = text.substr(0, 56).find(']');
      if (end != std::string_view::npos) {
        std::string_view inside = text.substr(1, end - 1);
        Bracket what = classify_bracket(inside);
        if (what == Bracket::caller) {
          inside = skip_blanks(inside);
          line.caller = inside.substr(0, inside.find_first_of(" @"));
        }
        timed = what == Bracket::time;
        if (timed) {
          inside = skip_blanks(inside);
          const std::size_t end_of_time = inside.find_first_not_of("0123456789.");
          inside = inside.substr(0, end_of_time);
          if (inside.find('.') != std::string_view::npos && inside.find('.') > 0)
            line.time = inside;
        }
        if (what != Bracket::none) {
          line.stamped = true;
          taken = end + 1;
        }
      }
    } else if (c == '<') {
      taken = level_length(text);
      if (taken) {
        line.stamped = true;
        taken += rfc5424_length(text.substr(taken));
      }
    } else {
      if (digit) taken = kmsg_length(text, line.caller);
      if (taken == 0 && (alpha || digit)) taken = syslog_length(text, line.stamped);
      if (taken == 0) taken = facility_length(text);
      if (taken) line.stamped = true;
      if (taken == 0 && digit) taken = bare_time_length(text);
      if (taken == 0 && alpha) taken = bare_date_length(text);
      if (taken == 0) taken = mux_length(text);
      if (taken == 0 && (c == '(' || c == 's')) taken = tag_length(text);
    }
    if (taken == 0 && !line.stamped) {
      taken = foreign_length(text);
      record = taken > 0 && (c == '{' || c == '-');
    }
    if (taken == 0) break;
    text = skip_blanks(text.substr(taken));
  }
  if (record) {
    auto end = text.rfind("\"}");
    if (end != std::string_view::npos) text = text.substr(0, end);
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
