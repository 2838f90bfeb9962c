// SPDX-License-Identifier: Apache-2.0
#include "ktap/line.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "ktap/prefix.h"

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

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}
bool is_upper(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

// Recognises the directive at the front of what follows a '#'; moves `text` behind it. "[SKIP]" is
// the runner's of Linux 5.0. `strict`: in capitals only.
Directive take_directive(std::string_view& text, bool strict = false) {
  const bool bracket = text.starts_with('[');
  const std::string_view body = text.substr(bracket ? 1 : 0);
  for (const auto& row : kDirectives) {
    if (!starts_with_nocase(body, row.word)) continue;
    std::size_t end = row.word.size();
    if (strict && !is_upper(body.substr(0, end))) continue;
    if (bracket) {
      if (!body.substr(end).starts_with(']')) continue;
      ++end;
    } else if (row.directive == Directive::skip && !strict) {
      while (end < body.size() && !is_blank(body[end])) ++end;
    } else if (end < body.size() && is_word(body[end])) {
      continue;
    } else if (end < body.size() && (body[end] == ':' || body[end] == ',' || body[end] == '.')) {
      ++end;
    }
    text = base::trim(body.substr(end));
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
// behind a blank. The first one begins a directive or plain data ("# rcode=0"); a later one only a
// directive in capitals ("# exit=1 # TIMEOUT 45 seconds"), so that no remark turns a failure into a
// skip. "issue #42" is a name. `ok ... # timeout not reached` is a remark too.
void split_description(std::string_view text, ResultLine& result) {
  std::size_t plain = std::string_view::npos;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
      continue;
    }
    if (text[i] != '#' || (i > 0 && !is_blank(text[i - 1]))) continue;
    std::string_view rest = trim_left(text.substr(i + 1));
    const std::string_view word = rest;
    Directive directive = take_directive(rest, plain != std::string_view::npos);
    const bool always_bad = directive == Directive::timeout || directive == Directive::error;
    if (always_bad && result.ok && !is_upper(word.substr(0, 5))) directive = Directive::none;
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

// The runner of Linux 4.18 and 5.0: "ok 1..2 selftests: timers: foo [PASS]", "not ok 1..3 ...
// [SKIP]".
void take_old_verdict(ResultLine& result) {
  if (!result.name.starts_with("selftests: ") || result.directive != Directive::none) return;
  for (std::string_view end : {" [PASS]", " [FAIL]", " [SKIP]"}) {
    if (!result.name.ends_with(end)) continue;
    result.name.resize(result.name.size() - end.size());
    if (end == " [SKIP]") result.directive = Directive::skip;
    return;
  }
}

// A kernel message that was printed into the middle of the line ends the line's own text.
std::string_view before_glued_message(std::string_view text) {
  for (std::size_t i = text.find('['); i != std::string_view::npos; i = text.find('[', i + 1)) {
    const std::size_t stamp = printk_time_length(text.substr(i));
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
  if (text.starts_with("1..") && text.size() > 3 && is_digit(text[3])) text.remove_prefix(3);
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits > 0 && (digits == text.size() || is_blank(text[digits]))) {
    if (auto number = base::parse_int(text.substr(0, digits)))
      result.number = static_cast<std::size_t>(*number);
    text = trim_left(text.substr(digits));
  }
  result.dash = text == "-" || text.starts_with("- ");
  if (result.dash) text = trim_left(text.substr(1));
  result.block = text.ends_with(" {");
  if (result.block) text = base::trim(text.substr(0, text.size() - 2));
  split_description(text, result);
  take_old_verdict(result);
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
  } else if (line.text.starts_with("Subtest: ")) {  // with '#' (KUnit, TAP 14) or bare (ktap.rst)
    line.kind = LineKind::subtest;
    line.data = std::string(base::trim(line.text.substr(9)));
  }
  return line;
}

}  // namespace ktap
