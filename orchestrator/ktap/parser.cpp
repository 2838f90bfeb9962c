// SPDX-License-Identifier: Apache-2.0
#include "ktap/parser.h"

#include <csignal>
#include <cstring>
#include <optional>
#include <utility>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/parser_state.h"
#include "ktap/skip_reasons.h"

namespace ktap {
namespace {

// The id of a result about the whole text when no test id was given.
constexpr std::string_view kWholeText = "(test)";

}  // namespace

Parser::Parser(std::string test_id, model::Dialect dialect, std::string machine)
    : state_(std::make_unique<State>(std::move(test_id), dialect, std::move(machine))) {}
Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

void Parser::feed(std::string_view chunk) { state_->feed(chunk); }

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
  state.finish_lines(end.kind == ProcessEnd::Kind::exited);
  if (!state.error_buffer.empty()) state.take_error_line();
  const Reading reading = state.reading(end);
  TestVerdict verdict = judge(reading, end);
  Report report;
  report.planned = state.planned;
  report.missing = reading.missing;
  report.complete = verdict.complete;
  report.reported = reading.reported;
  report.measured = state.bench.take();
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
