// SPDX-License-Identifier: Apache-2.0
#include "ktap/prefix.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace ktap {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

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

// Length of the front of `text` that has the form, 0 when it has another: '0' a digit, '_' a digit
// or a blank, 'a' a letter, everything else itself.
std::size_t form_length(std::string_view text, std::string_view form) {
  if (text.size() < form.size()) return 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const char c = text[i];
    const bool fits = form[i] == '0'   ? is_digit(c)
                      : form[i] == '_' ? is_digit(c) || c == ' '
                      : form[i] == 'a' ? is_letter(c)
                                       : c == form[i];
    if (!fits) return 0;
  }
  return form.size();
}

// The first of the forms that fits.
std::size_t form_length(std::string_view text, std::initializer_list<std::string_view> forms) {
  for (std::string_view form : forms)
    if (const std::size_t length = form_length(text, form)) return length;
  return 0;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

std::size_t with_blank(std::string_view text, std::size_t length) {
  return length < text.size() && text[length] == ' ' ? length + 1 : length;
}

// Length of "[    T1]" or "[   C0]" (CONFIG_PRINTK_CALLER) at the front.
std::size_t caller_length(std::string_view text) {
  if (text.empty() || text[0] != '[') return 0;
  std::size_t i = 1;
  while (i < text.size() && text[i] == ' ') ++i;
  if (i >= text.size() || (text[i] != 'T' && text[i] != 'C')) return 0;
  const std::size_t digits = digits_at(text, ++i);
  i += digits;
  return digits > 0 && i < text.size() && text[i] == ']' ? i + 1 : 0;
}

// "<6>", "[   12.345678]", "[Sat Nov 21 09:09:32 2026]", "[    T1]" and the blank behind them.
std::size_t printk_length(std::string_view text) {
  std::size_t level = 0;
  if (text.starts_with('<')) {
    const std::size_t digits = digits_at(text, 1);
    if (digits > 0 && digits < 4 && text.substr(1 + digits).starts_with('>')) level = digits + 2;
  }
  std::string_view rest = text.substr(level);
  const std::size_t stamp =
      std::max(printk_time_length(rest), form_length(rest, "[aaa aaa _0 00:00:00 0000]"));
  rest.remove_prefix(stamp);
  std::size_t caller = caller_length(rest);
  if (caller == 0 && stamp > 0 && rest.starts_with(' ')) {
    caller = caller_length(rest.substr(1));
    if (caller > 0) ++caller;
  }
  if (stamp == 0 && caller == 0) return level;
  return with_blank(text, level + stamp + caller);
}

// /dev/kmsg: "6,339,5140900,-;text" (Documentation/ABI/testing/dev-kmsg).
std::size_t kmsg_length(std::string_view text) {
  std::size_t at = 0;
  for (int field = 0; field < 3; ++field) {
    const std::size_t digits = digits_at(text, at);
    if (digits == 0 || at + digits >= text.size() || text[at + digits] != ',') return 0;
    at += digits + 1;
  }
  const auto end = text.find(';', at);
  return end == std::string_view::npos || end > at + 40 ? 0 : end + 1;
}

// `dmesg -x`: "kern  :info  : ".
std::size_t facility_length(std::string_view text) {
  if (!text.starts_with("kern") && !text.starts_with("user")) return 0;
  return form_length(text,
                     {"aaaa  :aaaa  : ", "aaaa  :aaa   : ", "aaaa  :aaaaa : ", "aaaa  :aaaaaa: "});
}

// "host kernel: " or "host kernel[0]: " behind a date of syslog or the journal.
std::size_t host_length(std::string_view text) {
  const auto blank = text.substr(0, 300).find(' ');
  if (blank == std::string_view::npos || blank == 0) return 0;
  std::size_t at = blank + 1;
  if (!text.substr(at).starts_with("kernel")) return 0;
  at += 6;
  if (at < text.size() && text[at] == '[') at = std::min(text.find(']', at), text.size() - 1) + 1;
  return text.substr(at).starts_with(':') ? with_blank(text, at + 1) : 0;
}

// "2026-11-21T10:00:01.123456Z ", with a blank for the T, "[...]" around it, an offset for the Z;
// then GitLab's stream ("00O ", "01E+") or Zuul's bar.
std::size_t iso_length(std::string_view text) {
  const std::size_t open = text.starts_with('[') ? 1 : 0;
  const std::string_view rest = text.substr(open);
  std::size_t at = form_length(rest, {"0000-00-00T00:00:00", "0000-00-00 00:00:00"});
  if (at == 0) return 0;
  if (at < rest.size() && (rest[at] == '.' || rest[at] == ',')) at += 1 + digits_at(rest, at + 1);
  if (rest.substr(at).starts_with('Z'))
    ++at;
  else
    at += form_length(rest.substr(at), {"+00:00", "+0000", "-00:00", "-0000"});
  if (open > 0 && !rest.substr(at).starts_with(']')) return 0;
  at += 2 * open;
  if (at < text.size() && text[at] != ' ') return 0;
  at = with_blank(text, at);
  const std::string_view behind = text.substr(at);
  if (behind.starts_with("| ")) return at + 2;
  if (form_length(behind, {"00O ", "00O+", "00E ", "00E+"}) > 0) return at + 4;
  return at + host_length(behind);
}

// "Nov 21 10:00:01 host kernel: ", "Nov  1 10:00:01 host ltp[77]: ".
std::size_t syslog_length(std::string_view text) {
  std::size_t at = form_length(text, "aaa _0 00:00:00 ");
  if (at == 0) return 0;
  const auto blank = text.find(' ', at);
  if (blank == std::string_view::npos) return 0;
  const auto end = text.find(' ', blank + 1);
  const auto ident = text.substr(blank + 1, end - blank - 1);
  if (!ident.ends_with(':')) return 0;
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t known_length(std::string_view text) {
  if (text.empty()) return 0;
  const char first = text[0];
  if (first == '<' || first == '[') {
    const std::size_t length = printk_length(text);
    return length > 0 ? length : iso_length(text);
  }
  if (is_digit(first)) return std::max(iso_length(text), kmsg_length(text));
  if (!is_letter(first)) return 0;
  return std::max(syslog_length(text), facility_length(text));
}

// Where "TAP version N" or "KTAP version N" begins that ends the line; npos when nothing does.
std::size_t version_at(std::string_view line) {
  constexpr std::string_view kWords = "TAP version ";
  std::size_t end = line.size();
  while (end > 0 && is_blank(line[end - 1])) --end;
  std::size_t digits = end;
  while (digits > 0 && is_digit(line[digits - 1])) --digits;
  if (digits == end || digits < kWords.size()) return std::string_view::npos;
  std::size_t at = digits - kWords.size();
  if (line.substr(at, kWords.size()) != kWords) return std::string_view::npos;
  return at > 0 && line[at - 1] == 'K' ? at - 1 : at;
}

}  // namespace

std::size_t printk_time_length(std::string_view text) {
  if (text.empty() || text[0] != '[') return 0;
  std::size_t i = 1;
  while (i < text.size() && text[i] == ' ') ++i;
  const std::size_t seconds = digits_at(text, i);
  i += seconds;
  if (seconds == 0 || i >= text.size() || text[i] != '.') return 0;
  const std::size_t fraction = digits_at(text, ++i);
  i += fraction;
  if (fraction < 3 || i >= text.size() || text[i] != ']') return 0;
  return i + 1;
}

std::string clean_line(std::string_view raw) {
  if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);  // a byte order mark
  while (!raw.empty() && (raw.back() == '\r' || raw.back() == '\0')) raw.remove_suffix(1);
  // A serial line that is switched on sends NULs.
  while (!raw.empty() && (raw.front() == '\0' || raw.front() == '\r')) raw.remove_prefix(1);
  std::string plain;
  if (raw.find('\x1b') != std::string_view::npos) {
    plain = without_ansi(raw);
    raw = plain;
  }
  // A log in a log: the service's time, then the daemon's, then printk's.
  for (int depth = 0; depth < 4; ++depth) {
    const std::size_t length = known_length(raw);
    if (length == 0) break;
    raw.remove_prefix(length);
  }
  return std::string(raw);
}

void LearnedPrefix::learn(std::string_view line) {
  const std::size_t at = version_at(line);
  if (at == std::string_view::npos || at == 0) return;
  std::string_view prefix = line.substr(0, at);
  std::string_view shape = prefix;
  while (!shape.empty() && (is_blank(shape.back()) || shape.back() == '#')) shape.remove_suffix(1);
  const std::string_view gap = prefix.substr(shape.size());
  // A single blank in front of everything is a quoted diff's; two or more are nesting.
  if (shape.empty() && gap != " ") return;
  if (shape.size() > 200) return;
  shape_ = shape;
  const std::size_t blanks = std::min(gap.find_first_not_of(' '), gap.size());
  blanks_ = blanks <= 2 ? blanks : 1;  // more than a separator: the line itself is indented
  known_ = true;
}

std::string_view LearnedPrefix::strip(std::string_view line) const {
  if (!known_) return line;
  std::size_t at = 0;
  for (std::size_t i = 0; i < shape_.size();) {
    if (at >= line.size()) return line;
    const char c = shape_[i];
    if (is_digit(c) || is_blank(c)) {
      const auto same = is_digit(c) ? is_digit : is_blank;
      if (!same(line[at])) return line;
      while (i < shape_.size() && same(shape_[i])) ++i;
      while (at < line.size() && same(line[at])) ++at;
    } else {
      if (line[at] != c) return line;
      ++i, ++at;
    }
  }
  for (std::size_t i = 0; i < blanks_ && at < line.size(); ++i, ++at)
    if (line[at] != ' ') return line;
  return line.substr(at);
}

}  // namespace ktap
