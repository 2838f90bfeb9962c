// SPDX-License-Identifier: Apache-2.0
#include "ktap/tap_text.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/case_name.h"
#include "ktap/line.h"

namespace ktap {

// "selftests: mm: cow" of runner.sh, "running ./gup_test -u" of run_vmtests.sh (its pretty_name()).
std::optional<std::string> announced_child(std::string_view text) {
  if (text.starts_with("selftests: ") && text.find(": ", 11) != std::string_view::npos)
    return bounded_text(base::trim(text));
  for (std::string_view start : {"running ./", "running bash ./"})
    if (text.starts_with(start)) return bounded_text(base::trim(text.substr(start.size())));
  return std::nullopt;
}

// "RUN           global.name ..." of kselftest_harness.h, without its '#'.
std::optional<std::string> harness_run(std::string_view text) {
  if (!text.starts_with("RUN ") || !text.ends_with(" ...")) return std::nullopt;
  text = base::trim(text.substr(4, text.size() - 8));
  if (text.empty() || text.find(' ') != std::string_view::npos) return std::nullopt;
  return std::string(text);
}

// Remarks that never say why: the harness's own verdict lines and kselftest's closing words.
bool says_nothing(std::string_view text) {
  for (std::string_view start : {"OK  ", "FAIL  ", "[INFO]", "[PASS]", "[SKIP]", "[FAIL]",
                                 "Totals:", "Planned tests != run tests", "Starting ", "Subtest:"})
    if (text.starts_with(start)) return true;
  return text.ends_with("Test terminated by assertion") || text.empty() ||
         text.find(": pass:") != std::string_view::npos ||  // KUnit's sums
         text.find("skipped test(s) detected") != std::string_view::npos;
}

// Where the next line begins inside a result that was printed without a newline: "not ok 3 mlock
// error: Operation not permittednot ok 4 x", "ok 3 # SKIP Merging memory skipped# [RUN] test_b".
// npos when this is one line.
std::size_t glued_at(std::string_view text) {
  constexpr auto npos = std::string_view::npos;
  const std::size_t lead = text.size() - comment_text(text).size();
  std::string_view body = text.substr(lead);
  const std::size_t word = body.starts_with("not ok ") ? 7 : body.starts_with("ok ") ? 3 : npos;
  const bool plan = body.starts_with("1..0 # ") || body.starts_with("Bail out! ");
  if (word == npos && !plan) return npos;
  std::size_t best = npos;
  const auto look_for = [&](std::string_view mark) {
    const auto at = body.find(mark, 5);
    if (at != npos && body[at - 1] != ' ') best = std::min(best, at);
  };
  for (std::string_view mark :
       {"# [RUN] ", "# Totals: pass:", "# Planned tests != run tests", "Bail out! "})
    look_for(mark);
  if (word != npos) {
    std::size_t digits = word;
    while (digits < body.size() && body[digits] >= '0' && body[digits] <= '9') ++digits;
    const auto number = base::parse_int(body.substr(word, digits - word));
    if (number && *number < 1'000'000'000) {
      look_for(fmt::format("not ok {} ", *number + 1));
      look_for(fmt::format("ok {} ", *number + 1));
    }
  }
  return best == npos ? npos : lead + best;
}

std::size_t runner_result_at(std::string_view line) {
  constexpr auto npos = std::string_view::npos;
  const std::size_t lead = line.size() - comment_text(line).size();
  if (lead == 0) return npos;
  for (auto at = line.find(" selftests: "); at != npos; at = line.find(" selftests: ", at + 1)) {
    std::size_t digits = at;
    while (digits > 0 && line[digits - 1] >= '0' && line[digits - 1] <= '9') --digits;
    if (digits == at || !line.substr(0, digits).ends_with("ok ")) continue;
    std::size_t start = digits - 3;
    if (line.substr(0, start).ends_with("not ")) start -= 4;
    if (start > lead) return start;
  }
  return npos;
}

namespace {

// A printf() without its newline ends in no blank, or in the dots of "doing this... ".
bool ends_unfinished(std::string_view text) {
  return !text.empty() && (text.back() != ' ' || text.ends_with("... "));
}

}  // namespace

std::size_t result_behind(std::string_view line, std::size_t next) {
  constexpr auto npos = std::string_view::npos;
  const std::size_t lead = line.size() - comment_text(line).size();
  if (line.size() > lead + 1) {
    const auto bail = line.find("Bail out! ", lead + 1);
    if (bail != npos && ends_unfinished(line.substr(0, bail))) return bail;
  }
  if (next == 0) return npos;
  auto at = line.find("ok ", lead);
  for (; at != npos; at = line.find("ok ", at + 1)) {
    std::size_t end = at + 3;
    while (end < line.size() && line[end] >= '0' && line[end] <= '9') ++end;
    if (end == at + 3 || end == line.size() || line[end] != ' ') continue;
    const auto number = base::parse_int(line.substr(at + 3, end - at - 3));
    if (!number || static_cast<std::size_t>(*number) != next) continue;
    const bool negated = line.substr(0, at).ends_with("not ");
    const std::size_t start = negated ? at - 4 : at;
    if (start <= lead || !ends_unfinished(line.substr(0, start))) continue;
    // "took 3 seconds" is no result.
    if (!negated && std::isalnum(static_cast<unsigned char>(line[start - 1]))) continue;
    return start;
  }
  return npos;
}

bool only_counts_failures(std::string_view bail) {
  const auto words = base::split_words(bail);
  return words.size() == 6 && words[1] == "out" && words[2] == "of" &&
         words[4].starts_with("test") && words[5] == "failed" && base::parse_int(words[0]) &&
         base::parse_int(words[3]);
}

bool looks_cut(std::string_view line, const ResultLine& result) {
  if (line.ends_with(' ') || line.ends_with('#')) return true;
  if (result.name.empty() && result.directive == Directive::none) return true;
  const auto hash = line.rfind("# ");
  if (hash == std::string_view::npos || result.directive != Directive::none) return false;
  const auto word = line.substr(hash + 2);
  for (std::string_view directive : {"SKIP", "TODO", "XFAIL", "XPASS", "TIMEOUT", "ERROR"})
    if (directive.starts_with(word)) return true;
  return false;
}

std::optional<std::size_t> count_after(std::string_view text, std::string_view word) {
  const auto at = text.find(word);
  if (at == std::string_view::npos) return std::nullopt;
  std::size_t end = at + word.size();
  while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
  const auto value = base::parse_int(text.substr(at + word.size(), end - at - word.size()));
  if (!value) return std::nullopt;
  return static_cast<std::size_t>(*value);
}

}  // namespace ktap
