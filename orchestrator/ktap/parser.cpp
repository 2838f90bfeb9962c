// SPDX-License-Identifier: Apache-2.0
#include "ktap/parser.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/case_name.h"
#include "ktap/plain_reader.h"
#include "ktap/prefix.h"
#include "ktap/skip_reasons.h"
#include "ktap/stress_reader.h"
#include "ktap/tap_reader.h"
#include "ktap/uffd_reader.h"
#include "ktap/verdict.h"

namespace ktap {
namespace {

// Of a longer line, the start and the end are kept: a directive stands at the end.
constexpr std::size_t kLongestLine = 16 * 1024;
constexpr std::size_t kKeptEnd = 512;
constexpr std::size_t kMostCases =
    200'000;  // far above any selftest; a flood must not eat the host

// The id of a result about the whole text when no test id was given.
constexpr std::string_view kWholeText = "(test)";

}  // namespace

struct Parser::State {
  State(std::string id, model::Dialect dialect_, std::string machine_)
      : test_id(std::move(id)),
        machine(std::move(machine_)),
        dialect(dialect_),
        tap(test_id, [this](RawCase raw) { add(std::move(raw)); }),
        uffd([this](RawCase raw) {
          if (const std::string* section = tap.section()) raw.name = *section + "/" + raw.name;
          add(std::move(raw));
        }),
        plain([this](RawCase raw) { add(std::move(raw)); }) {}

  // Text from elsewhere may be the output of several programs in a row.
  bool reads_all() const { return dialect == model::Dialect::automatic && test_id.empty(); }
  bool reads_tap() const {
    if (reads_all()) return true;
    if (dialect == model::Dialect::automatic)
      return !uffd.any_structure() && !plain.any_structure();
    // 7.3's uffd-stress speaks TAP, 6.12's does not; the same holds for uffd-unit-tests.
    if (dialect == model::Dialect::uffd_unit_tests) return !uffd.any_structure();
    return dialect == model::Dialect::tap || dialect == model::Dialect::uffd_stress;
  }
  bool reads_uffd() const {
    const bool asked =
        dialect == model::Dialect::automatic || dialect == model::Dialect::uffd_unit_tests;
    return asked && (reads_all() || (!tap.any_structure() && !plain.any_structure()));
  }
  bool reads_plain() const {
    if (tap.section()) return false;  // its own verdict line judges the program
    return dialect == model::Dialect::automatic && !tap.any_structure() && !uffd.any_structure();
  }

  void append(std::string_view piece) {
    const std::size_t room = kLongestLine - std::min(kLongestLine, buffer.size());
    buffer.append(piece.substr(0, room));
    if (piece.size() <= room) return;
    end_of_long.append(piece.substr(room));
    if (end_of_long.size() <= 2 * kKeptEnd) return;
    end_of_long.erase(0, end_of_long.size() - kKeptEnd);
    left_out = true;
  }

  // `whole`: the line came with its newline, or the stream ended in good order.
  void take_line(bool whole) {
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
    // What a terminal shows over a progress message.
    for (auto at = text.find('\r'); at != std::string_view::npos; at = text.find('\r')) {
      const std::string_view behind = text.substr(at + 1);
      const LineKind kind = classify(behind).kind;
      if (kind != LineKind::result && kind != LineKind::plan && kind != LineKind::bail) break;
      read_line(text.substr(0, at), true);
      text = behind;
    }
    read_line(text, whole);
  }

  void read_line(std::string_view text, bool whole) {
    if (!base::trim(text).empty()) last_line = text.substr(0, 400);
    if (reads_uffd() && uffd.line(text, lines)) return;
    if (reads_plain() && plain.line(text, lines)) return;
    stress.line(text);
    if (!reads_tap()) return;
    if (whole)
      tap.line(text, lines);
    else
      tap.last_line(text, lines);
  }

  void take_error_line() {
    const std::string text = clean_line(std::exchange(error_buffer, {}));
    if (base::trim(text).empty()) return;
    last_error = text.substr(0, 400);
    if (reads_plain() && text.starts_with("assert() at ")) plain.line(text, lines);
    tap.aside(text);
  }

  void add(RawCase raw) {
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

  Reading reading(const ProcessEnd& end) {
    Reading out;
    out.strict_statuses = dialect != model::Dialect::exit_code;
    // A plain program says on stderr why it gives up.
    out.last_line = bounded_text(base::trim(last_error.empty() ? last_line : last_error));
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

  std::string test_id;
  std::string machine;
  model::Dialect dialect;
  TapReader tap;
  UffdReader uffd;
  StressReader stress;
  PlainReader plain;
  UniqueNames names;
  std::vector<Case> cases;
  std::size_t taken = 0;
  std::size_t dropped = 0;
  std::size_t dropped_bad = 0;
  std::size_t lines = 0;
  LearnedPrefix prefix;
  std::string buffer;
  std::string end_of_long;
  bool left_out = false;
  std::string last_line;
  std::string error_buffer;
  std::string last_error;
  std::optional<std::size_t> planned;
  std::vector<std::string> notes;
};

Parser::Parser(std::string test_id, model::Dialect dialect, std::string machine)
    : state_(std::make_unique<State>(std::move(test_id), dialect, std::move(machine))) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

void Parser::feed(std::string_view chunk) {
  State& state = *state_;
  while (!chunk.empty()) {
    const auto newline = chunk.find('\n');
    const auto piece = chunk.substr(0, newline);
    state.append(piece);
    if (newline == std::string_view::npos) return;
    state.take_line(true);
    chunk.remove_prefix(newline + 1);
  }
}

void Parser::feed_stderr(std::string_view chunk) {
  State& state = *state_;
  while (!chunk.empty()) {
    const auto newline = chunk.find('\n');
    const auto piece = chunk.substr(0, newline);
    const std::size_t room = kLongestLine - std::min(kLongestLine, state.error_buffer.size());
    state.error_buffer.append(piece.substr(0, room));
    if (newline == std::string_view::npos) return;
    state.take_error_line();
    chunk.remove_prefix(newline + 1);
  }
}

std::vector<Case> Parser::take_results() {
  std::vector<Case> fresh(state_->cases.begin() + static_cast<std::ptrdiff_t>(state_->taken),
                          state_->cases.end());
  state_->taken = state_->cases.size();
  return fresh;
}

Report Parser::finish(ProcessEnd end) {
  State& state = *state_;
  if (!state.buffer.empty()) state.take_line(end.kind == ProcessEnd::Kind::exited);
  if (!state.error_buffer.empty()) state.take_error_line();
  const Reading reading = state.reading(end);
  TestVerdict verdict = judge(reading, end);
  Report report;
  report.planned = state.planned;
  report.missing = reading.missing;
  report.complete = verdict.complete;
  report.reported = reading.reported;
  if (!(end.kind == ProcessEnd::Kind::exited && end.value == 4)) report.lost = reading.missing;
  if (report.lost > 0 && reading.last_started)
    report.started = state.names.unique(bounded_text(*reading.last_started));
  report.notes = std::move(state.notes);
  if (!reading.any_structure && state.cases.empty() && end.kind == ProcessEnd::Kind::unknown &&
      !verdict.outcome)
    report.notes.push_back("no TAP, KTAP or other result was found in the text");
  if (state.dropped > 0) {
    report.complete = false;
    report.notes.push_back(
        fmt::format("{} results beyond the first {} were dropped", state.dropped, kMostCases));
    if (state.dropped_bad > 0 && !verdict.outcome) {
      verdict.outcome = model::Outcome::fail;
      verdict.reason =
          fmt::format("{} failures beyond the first {} results", state.dropped_bad, kMostCases);
    }
  }
  if (verdict.outcome) {
    Case whole;
    whole.id = state.test_id.empty() ? std::string(kWholeText) : state.test_id;
    whole.reason = verdict.reason;
    whole.outcome = verdict.skipped ? outcome_of_skip(state.machine, state.test_id, "",
                                                      verdict.reason.value_or(""))
                                    : *verdict.outcome;
    if (whole.outcome != model::Outcome::pass)
      whole.evidence = state.last_error.empty() ? state.last_line : state.last_error;
    state.cases.push_back(std::move(whole));
  }
  report.cases = state.cases;
  return report;
}

Report parse(std::string_view text, ProcessEnd end, std::string test_id, model::Dialect dialect,
             std::string machine) {
  Parser parser(std::move(test_id), dialect, std::move(machine));
  parser.feed(text);
  return parser.finish(end);
}

std::string signal_name(int number) {
  // sigabbrev_np() knows every name of this system; the guest's numbers are Linux's, as ours are.
  if (const char* name = sigabbrev_np(number)) return std::string("SIG") + name;
  return fmt::format("signal {}", number);
}

}  // namespace ktap
