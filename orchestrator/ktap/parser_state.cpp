// SPDX-License-Identifier: Apache-2.0
// Bytes to lines, lines to the reader they are for, and what the readers found.
#include "ktap/parser_state.h"

#include "base/text.h"
#include "ktap/skip_reasons.h"

namespace ktap {
namespace {

constexpr std::size_t kKeptEnd = 512;  // of a line that is too long

}  // namespace

void Parser::State::feed(std::string_view chunk) {
  while (!chunk.empty()) {
    const auto end = chunk.find_first_of(ends == Ends::carriage_return ? "\r\n" : "\n");
    auto piece = chunk.substr(0, end);
    if (ends == Ends::undecided) {
      piece = piece.substr(0, kUndecided - buffer.size());
      buffer += piece;
      const bool full = buffer.size() >= kUndecided;
      if (!full && end == std::string_view::npos) return;
      ends = full && buffer.find('\r') != std::string::npos ? Ends::carriage_return : Ends::newline;
      chunk.remove_prefix(piece.size());
      const std::string held = std::exchange(buffer, {});
      if (ends == Ends::carriage_return)
        feed(held);
      else
        append(held);
      continue;
    }
    append(piece);
    if (end == std::string_view::npos) return;
    take_line(true);
    chunk.remove_prefix(end + 1);
  }
}

void Parser::State::finish_lines(bool whole) {
  if (ends == Ends::undecided) {
    const bool many = buffer.find('\r') != std::string::npos;
    ends = many ? Ends::carriage_return : Ends::newline;
    const std::string held = std::exchange(buffer, {});
    feed(held);
  }
  if (!buffer.empty()) take_line(whole);
}

void Parser::State::append(std::string_view piece) {
  const std::size_t room = kLongestLine - std::min(kLongestLine, buffer.size());
  buffer.append(piece.substr(0, room));
  if (piece.size() <= room) return;
  end_of_long.append(piece.substr(room));
  if (end_of_long.size() <= 2 * kKeptEnd) return;
  end_of_long.erase(0, end_of_long.size() - kKeptEnd);
  left_out = true;
}

void Parser::State::take_line(bool whole) {
  ++lines;
  if (end_of_long.size() > kKeptEnd) {
    end_of_long.erase(0, end_of_long.size() - kKeptEnd);
    left_out = true;
  }
  if (left_out) buffer += " ... ";
  buffer += end_of_long;
  end_of_long.clear();
  left_out = false;
  std::string cleaned = clean_line(buffer);
  buffer.clear();
  if (!prefix.known() && !tap.any_structure()) prefix.learn(cleaned);
  std::string_view text = prefix.strip(cleaned);
  // What a terminal shows over a progress message: only the last of them can be a result.
  for (auto at = text.find('\r'); at != std::string_view::npos; at = text.find('\r', at + 1)) {
    const LineKind kind = classify(text.substr(at + 1)).kind;
    if (kind != LineKind::result && kind != LineKind::plan && kind != LineKind::bail) continue;
    read_line(text.substr(0, at), true);
    text.remove_prefix(std::exchange(at, 0) + 1);
  }
  read_line(text, whole);
}

void Parser::State::read_line(std::string_view text, bool whole) {
  if (!base::trim(text).empty()) last_line = text.substr(0, 400);
  if (dialect == model::Dialect::benchmark) return bench.line(text, lines);
  if (reads_uffd() && uffd.line(text, lines)) return;
  if (reads_plain() && plain.line(text, lines)) return;
  stress.line(text);
  if (!reads_tap()) return;
  if (whole)
    tap.line(text, lines);
  else
    tap.last_line(text, lines);
}

void Parser::State::take_error_line() {
  const std::string text = clean_line(std::exchange(error_buffer, {}));
  if (base::trim(text).empty()) return;
  last_error = text.substr(0, 400);
  if (reads_plain() && text.starts_with("assert() at ")) plain.line(text, lines);
  tap.aside(text);
}

void Parser::State::add(RawCase raw) {
  if (cases.size() >= kMostCases) {
    ++dropped;
    if (model::verdict_of(raw.outcome) == model::Verdict::bad) ++dropped_bad;
    return;
  }
  Case result;
  result.name = names.unique(raw.name);
  result.id = test_id.empty() ? result.name : test_id + "/" + result.name;
  result.outcome = raw.skipped ? outcome_of_skip(machine, test_id.empty() ? raw.name : test_id,
                                                 raw.name, raw.reason.value_or(""))
                               : raw.outcome;
  result.reason = std::move(raw.reason);
  result.line = raw.line;
  result.evidence = std::move(raw.evidence);
  cases.push_back(std::move(result));
}

Reading Parser::State::reading(const ProcessEnd& end) {
  Reading out;
  out.strict_statuses = dialect != model::Dialect::exit_code;
  // A plain program says on stderr why it gives up.
  out.last_line = bounded_text(base::trim(last_error.empty() ? last_line : last_error));
  if (bench.any_structure()) {
    out.any_structure = true;
    out.reported = bench.reported();
    out.bad = bench.bad();
    return out;
  }
  if (uffd.any_structure() && !tap.any_structure()) {
    const UffdSummary summary = uffd.finish();
    out.any_structure = true;
    out.reported = summary.reported;
    out.bad = summary.bad;
    out.lost_failures = summary.lost_failures;
    out.closed = out.has_plan = summary.total.has_value();
    if (summary.total) {
      planned = out.planned = *summary.total;
      if (out.planned > out.reported) out.missing = out.planned - out.reported;
      if (out.reported > out.planned) out.extra = out.reported - out.planned;
    }
    if (summary.unfinished)
      add({*summary.unfinished,
           model::Outcome::missing,
           false,
           "started and never reported",
           0,
           {}});
    if (summary.unfinished || !summary.total) out.nested_complete = false;
    return out;
  }
  if (plain.any_structure()) {
    const bool ended = end.kind == ProcessEnd::Kind::exited;
    const PlainSummary summary = plain.finish(ended);
    out.any_structure = true;
    out.reported = summary.reported;
    out.bad = summary.bad;
    out.foreign_status = summary.status_is_foreign;
    out.failed_assertion = summary.failed_assertion;
    return out;
  }
  TapSummary summary = tap.finish();
  notes = std::move(summary.notes);
  planned = summary.planned;
  out.any_structure = summary.any_structure;
  out.has_plan = summary.planned.has_value();
  out.planned = summary.planned.value_or(0);
  out.closed = summary.totals_seen;
  out.reported = summary.reported;
  out.missing = summary.missing;
  out.extra = summary.extra;
  out.bad = summary.bad;
  out.expected_bad = summary.expected_bad;
  out.lost_failures = summary.lost_failures;
  out.lost_results = summary.lost_results;
  out.header_only = summary.header_only;
  out.nested_complete = summary.nested_complete;
  out.stress = stress.state();
  out.stress_error = stress.error();
  if (uffd.any_structure()) {
    const UffdSummary other = uffd.finish();
    uffd.end_pending();
    out.bad += other.bad;
    out.lost_failures += other.lost_failures;
    if (other.unfinished || other.total != other.reported) out.nested_complete = false;
  }
  out.bail = summary.bail;
  out.skip_all = summary.skip_all;
  out.last_skip = summary.last_skip;
  out.last_started = summary.last_started;
  if (out.reported == 0) out.reported = cases.size();  // everything was nested
  out.foreign_status = has_foreign_status(test_id);
  return out;
}

}  // namespace ktap
