// SPDX-License-Identifier: Apache-2.0
#include "triage/prefix.h"

#include <algorithm>

namespace triage::prefix {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t n = 0;
  while (at + n < text.size() && is_digit(text[at + n])) ++n;
  return n;
}

// "dd:dd" somewhere: a clock time.
bool has_clock(std::string_view text) {
  for (std::size_t i = 1; i + 2 < text.size(); ++i) {
    if (text[i] == ':' && is_digit(text[i - 1]) && is_digit(text[i + 1]) && is_digit(text[i + 2]))
      return true;
  }
  return false;
}

}  // namespace

std::string_view skip_blanks(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
  return text.substr(i);
}

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
  // dmesg -e and -dT: "+0.000123", "<    0.000123>"
  if (text[0] == '+') text.remove_prefix(1);
  if (text.size() > 2 && text[0] == '<' && text.back() == '>')
    text = skip_blanks(text.substr(1, text.size() - 2));
  if (!text.empty() && (is_digit(text[0]) || text[0] == '.')) {
    std::size_t n = digits_at(text, 0);
    if (n < text.size() && text[n] == '.') {
      n += 1 + digits_at(text, n + 1);
      if (n == text.size()) return Bracket::time;
      // ",0" and "@1" name a CPU; dmesg -d and grabserial add the time since the line before.
      if (text.substr(n).find_first_not_of(",@ <>.0123456789") == std::string_view::npos)
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

std::size_t level_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '<') return 0;
  std::size_t n = digits_at(text, 1);
  return n >= 1 && n <= 3 && 1 + n < text.size() && text[1 + n] == '>' ? n + 2 : 0;
}

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

std::size_t rfc5424_length(std::string_view text) {
  if (!text.starts_with("1 2")) return 0;
  std::string_view head = text.substr(0, 160);
  std::size_t at = head.find(" kernel ");
  if (at == std::string_view::npos || !has_clock(head.substr(0, at))) return 0;
  at += 8;
  // PROCID, MSGID and structured data: "- - - "
  for (int field = 0; field < 3; ++field) {
    std::size_t blank = head.find(' ', at);
    if (blank == std::string_view::npos) return 0;
    at = blank + 1;
  }
  return at;
}

std::size_t syslog_length(std::string_view text, bool stamped) {
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
    if (stamped && before.find(' ') == before.size() - 1) return end + 1;
  }
  return 0;
}

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

std::size_t facility_length(std::string_view text) {
  if (!text.starts_with("kern ") && !text.starts_with("user ") && !text.starts_with("daemon"))
    return 0;
  std::size_t first = text.substr(0, 12).find(':');
  if (first == std::string_view::npos) return 0;
  std::size_t second = text.substr(0, 24).find(':', first + 1);
  if (second == std::string_view::npos || second + 1 >= text.size()) return 0;
  return second + 1;
}

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

std::size_t bare_date_length(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 16 || text[3] != ' ' || kMonths.find(text.substr(0, 3)) % 3 != 0) return 0;
  std::size_t at = text.find_first_not_of(' ', 4);
  if (at == std::string_view::npos || at > 5) return 0;
  std::size_t day = digits_at(text, at);
  at += day + 1;
  if (day == 0 || digits_at(text, at) != 2 || text.substr(at + 2, 1) != ":") return 0;
  while (at < text.size() && (is_digit(text[at]) || text[at] == ':' || text[at] == '.')) ++at;
  if (at >= text.size() || text[at] != ' ') return 0;
  // "host program[12]: " and "host sudo: " are not the kernel's.
  std::string_view rest = skip_blanks(text.substr(at));
  std::string_view host = rest.substr(0, rest.find(' '));
  std::string_view program = skip_blanks(rest.substr(host.size()));
  program = program.substr(0, program.find(' '));
  if (program.ends_with("]:")) return 0;
  const bool lower = std::ranges::all_of(
      host, [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '.'; });
  // What the kernel says in two lower-case words: "divide error:", "illegal operation:".
  static constexpr std::string_view kKernelWords[] = {":",        "error:",     "fault:",
                                                      "opcode:",  "segment:",   "check:",
                                                      "exception:", "operation:", "event:"};
  if (lower && program.ends_with(':') && 
      std::ranges::find(kKernelWords, program) == std::end(kKernelWords))
    return 0;
  return at + 1;
}

std::size_t vendor_length(std::string_view text) {
  // "c1  5312 "
  if (text[0] == 'c') {
    std::size_t cpu = digits_at(text, 1);
    std::size_t at = 1 + cpu;
    if (cpu >= 1 && cpu <= 2 && at < text.size() && text[at] == ' ') {
      std::string_view rest = skip_blanks(text.substr(at));
      std::size_t task = digits_at(rest, 0);
      if (task > 0 && task < rest.size() && rest[task] == ' ')
        return text.size() - rest.size() + task + 1;
    }
    return 0;
  }
  // "(1)[123:kworker]" with '-' or a blank before it
  std::size_t at = text[0] == '-' ? 1 : 0;
  if (at < text.size() && text[at] == '(') {
    std::size_t cpu = digits_at(text, at + 1);
    at += 1 + cpu;
    if (cpu == 0 || !text.substr(at).starts_with(")[")) return 0;
    std::size_t end = text.substr(0, 48).find(']', at);
    return end == std::string_view::npos ? 0 : end + 1;
  }
  // "[1:   kworker/1:1:  123]"
  if (text[0] == '[') {
    std::size_t cpu = digits_at(text, 1);
    std::size_t end = text.substr(0, 48).find(']');
    if (cpu == 0 || cpu > 3 || end == std::string_view::npos || text[1 + cpu] != ':') return 0;
    std::string_view inside = text.substr(2 + cpu, end - 2 - cpu);
    std::size_t colon = inside.rfind(':');
    if (colon == std::string_view::npos) return 0;
    std::string_view pid = skip_blanks(inside.substr(colon + 1));
    return !pid.empty() && digits_at(pid, 0) == pid.size() ? end + 1 : 0;
  }
  return 0;
}

std::size_t tag_length(std::string_view text) {
  for (std::string_view tag : {"(XEN) ", "stdout F ", "stderr F ", "stdout P ", "stderr P "})
    if (text.starts_with(tag)) return tag.size();
  if (text.starts_with("(d")) {
    std::size_t n = digits_at(text, 2);
    if (n > 0 && text.substr(2 + n).starts_with(") ")) return n + 4;
  }
  return 0;
}

std::size_t foreign_length(std::string_view text) {
  const bool record = text.starts_with("- {\"") || text.starts_with("{\"");
  std::string_view head = text.substr(0, record ? 300 : 110);
  for (std::size_t at = head.find('['); at != std::string_view::npos; at = head.find('[', at + 1)) {
    std::size_t end = at + 1;
    while (end < head.size() && head[end] == ' ') ++end;
    std::size_t whole = digits_at(head, end);
    if (whole == 0 || end + whole >= head.size() || head[end + whole] != '.') continue;
    end += whole + 1;
    if (digits_at(head, end) != 6 || end + 6 >= head.size()) continue;
    if (std::string_view("] ,@").find(head[end + 6]) == std::string_view::npos) continue;
    if (record) return at;
    std::string_view before = head.substr(0, at);
    while (!before.empty() && before.back() == ' ') before.remove_suffix(1);
    if (before.find_first_of("\"'`") != std::string_view::npos) return 0;
    if (has_clock(before) || before.size() <= 4) return at;
    const bool ends = std::string_view("]|:)>").find(before.back()) != std::string_view::npos;
    return ends && before.size() <= 24 && before.find("BUG") == std::string_view::npos ? at : 0;
  }
  if (!record) return 0;
  // A record of a line without a printk time.
  static constexpr std::string_view kKeys[] = {"\"msg\": \"", "\"message\": \"", "\"log\":\""};
  for (std::string_view key : kKeys)
    if (auto at = head.find(key); at != std::string_view::npos) return at + key.size();
  return 0;
}

}  // namespace triage::prefix
