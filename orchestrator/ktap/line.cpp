// SPDX-License-Identifier: Apache-2.0
#include "ktap/line.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace ktap {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool starts_with_nocase(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trim_left(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

// CSI "ESC [ ... letter", OSC "ESC ] ... BEL", and two-byte escapes.
std::string without_ansi(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\x1b') {
      out += raw[i];
      continue;
    }
    if (i + 1 >= raw.size()) break;
    const char kind = raw[++i];
    if (kind == '[') {
      while (i + 1 < raw.size() && !(raw[i + 1] >= '@' && raw[i + 1] <= '~')) ++i;
      ++i;
    } else if (kind == ']') {
      while (i + 1 < raw.size() && raw[i + 1] != '\a') ++i;
      ++i;
    }
  }
  return out;
}

// Length of "[   12.345678]" (printk's time, "[%5lu.%06lu]") at the front; 0 when there is none.
std::size_t time_stamp_length(std::string_view text) {
  if (text.empty() || text[0] != '[') return 0;
  std::size_t i = 1;
  while (i < text.size() && text[i] == ' ') ++i;
  const std::size_t seconds = i;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i == seconds || i >= text.size() || text[i] != '.') return 0;
  const std::size_t fraction = ++i;
  while (i < text.size() && is_digit(text[i])) ++i;
  if (i - fraction < 3 || i >= text.size() || text[i] != ']') return 0;
  return i + 1;
}

// Length of "[Sat Nov 21 09:09:32 2026]" (`dmesg -T`) at the front; 0 when there is none.
std::size_t date_length(std::string_view text) {
  constexpr std::string_view kForm = "[Aaa Aaa 00 00:00:00 0000]";
  if (text.size() < kForm.size()) return 0;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const char form = kForm[i];
    const bool letter = std::isalpha(static_cast<unsigned char>(text[i])) != 0;
    const bool fits = form == 'A' || form == 'a' ? letter
                      : form == '0'              ? is_digit(text[i]) || (i == 9 && text[i] == ' ')
                                                 : text[i] == form;
    if (!fits) return 0;
  }
  return kForm.size();
}

// Length of "[    T1]" or "[   C0]" (CONFIG_PRINTK_CALLER) at the front.
std::size_t caller_length(std::string_view text) {
  if (text.empty() || text[0] != '[') return 0;
  std::size_t i = 1;
  while (i < text.size() && text[i] == ' ') ++i;
  if (i >= text.size() || (text[i] != 'T' && text[i] != 'C')) return 0;
  const std::size_t digits = ++i;
  while (i < text.size() && is_digit(text[i])) ++i;
  return i > digits && i < text.size() && text[i] == ']' ? i + 1 : 0;
}

std::string_view without_printk_prefix(std::string_view text) {
  std::string_view rest = text;
  if (rest.size() >= 3 && rest[0] == '<') {
    std::size_t i = 1;
    while (i < rest.size() && i < 5 && is_digit(rest[i])) ++i;
    if (i > 1 && i < rest.size() && rest[i] == '>') rest.remove_prefix(i + 1);
  }
  const std::size_t stamp = std::max(time_stamp_length(rest), date_length(rest));
  rest.remove_prefix(stamp);
  const std::size_t caller = caller_length(rest);
  rest.remove_prefix(caller);
  if (stamp == 0 && caller == 0) return rest;
  if (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
  return rest;
}

struct DirectiveWord {
  std::string_view word;
  Directive directive;
};
// Case does not matter (TAP 12-14). SKIP may be grown ("skipped:"), as TAP's rule /^SKIP\S*/i has
// it.
constexpr DirectiveWord kDirectives[] = {
    {"skip", Directive::skip},   {"todo", Directive::todo},       {"xfail", Directive::xfail},
    {"xpass", Directive::xpass}, {"timeout", Directive::timeout}, {"error", Directive::error},
};

// Recognises the directive at the front of what follows a '#'; moves `text` behind it.
Directive take_directive(std::string_view& text) {
  for (const auto& row : kDirectives) {
    if (!starts_with_nocase(text, row.word)) continue;
    std::size_t end = row.word.size();
    if (row.directive == Directive::skip) {
      while (end < text.size() && !is_blank(text[end])) ++end;
    } else if (end < text.size() && text[end] == ':') {
      ++end;
    }
    if (end < text.size() && !is_blank(text[end])) continue;
    text = base::trim(text.substr(end));
    return row.directive;
  }
  return Directive::none;
}

std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '#' || text[i + 1] == '\\')) ++i;
    out += text[i];
  }
  return out;
}

// Splits "name # DIRECTIVE data". A '#' counts when it is not escaped and stands at the front or
// behind a blank. The first one that a directive follows wins; without any, the first that a blank
// follows begins plain data ("# rcode=0"). "issue #42" is a name.
void split_description(std::string_view text, ResultLine& result) {
  std::size_t plain = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] != '#' || (i > 0 && !is_blank(text[i - 1]))) continue;
    std::string_view rest = trim_left(text.substr(i + 1));
    const Directive directive = take_directive(rest);
    if (directive != Directive::none) {
      result.directive = directive;
      result.name = unescape(base::trim(text.substr(0, std::min(i, plain))));
      result.data = unescape(rest);
      return;
    }
    if (plain == std::string_view::npos && (i + 1 >= text.size() || is_blank(text[i + 1])))
      plain = i;
  }
  if (plain == std::string_view::npos) {
    result.name = unescape(base::trim(text));
    return;
  }
  result.name = unescape(base::trim(text.substr(0, plain)));
  result.data = unescape(base::trim(text.substr(plain + 1)));
}

// A kernel message that was printed into the middle of the line ends the line's own text.
std::string_view before_glued_message(std::string_view text) {
  for (std::size_t i = text.find('['); i != std::string_view::npos; i = text.find('[', i + 1)) {
    const std::size_t stamp = time_stamp_length(text.substr(i));
    if (stamp >= 14) return text.substr(0, i);  // "[%5lu.%06lu]" is 14 characters or more
  }
  return text;
}

bool parse_result(std::string_view text, ResultLine& result) {
  if (text.starts_with("not ok")) {
    text.remove_prefix(6);
  } else if (text.starts_with("ok")) {
    result.ok = true;
    text.remove_prefix(2);
  } else {
    return false;
  }
  if (!text.empty() && !is_blank(text[0])) return false;
  text = trim_left(before_glued_message(text));
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits > 0 && (digits == text.size() || is_blank(text[digits]))) {
    if (auto number = base::parse_int(text.substr(0, digits)))
      result.number = static_cast<std::size_t>(*number);
    text = trim_left(text.substr(digits));
  }
  if (text == "-") text = {};
  if (text.starts_with("- ")) text = trim_left(text.substr(2));
  split_description(text, result);
  return true;
}

// "1..N", optionally "# SKIP why" behind it.
bool parse_plan(std::string_view text, Line& line) {
  if (!text.starts_with("1..")) return false;
  text.remove_prefix(3);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const auto count = base::parse_int(text.substr(0, digits));
  if (!count || *count > 100'000'000) return false;  // no test plans more; a larger number is noise
  text = base::trim(text.substr(digits));
  if (!text.empty() && text[0] != '#') return false;
  line.plan = static_cast<std::size_t>(*count);
  line.skip_all = *count == 0;
  if (!text.empty()) {
    text = trim_left(text.substr(1));
    take_directive(text);
    line.data = unescape(text);
  }
  return true;
}

bool is_version(std::string_view text) {
  for (std::string_view start : {"TAP version ", "KTAP version "}) {
    if (!text.starts_with(start)) continue;
    const auto number = base::trim(text.substr(start.size()));
    return !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
  }
  return false;
}

}  // namespace

std::string clean_line(std::string_view raw) {
  if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);  // a byte order mark
  while (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
  if (raw.find('\x1b') != std::string_view::npos) {
    const std::string plain = without_ansi(raw);
    return std::string(without_printk_prefix(plain));
  }
  return std::string(without_printk_prefix(raw));
}

std::string_view comment_text(std::string_view line) {
  while (!line.empty() && (is_blank(line.front()) || line.front() == '#')) line.remove_prefix(1);
  return line;
}

Line classify(std::string_view whole) {
  Line line;
  line.text = comment_text(whole);
  line.lead = whole.substr(0, whole.size() - line.text.size());
  // "#ok" is a remark: nesting always puts a blank between '#' and the text.
  const bool nested_well = line.lead.empty() || is_blank(line.lead.back());
  if (!nested_well) return line;
  if (is_version(line.text)) {
    line.kind = LineKind::version;
  } else if (parse_plan(line.text, line)) {
    line.kind = LineKind::plan;
  } else if (parse_result(line.text, line.result)) {
    line.kind = LineKind::result;
  } else if (starts_with_nocase(line.text, "Bail out!")) {
    line.kind = LineKind::bail;
    line.data = std::string(base::trim(line.text.substr(9)));
  } else if (line.text.starts_with("Subtest: ") && line.lead.find('#') != std::string_view::npos) {
    line.kind = LineKind::subtest;
    line.data = std::string(base::trim(line.text.substr(9)));
  }
  return line;
}

}  // namespace ktap
