// SPDX-License-Identifier: Apache-2.0
#include "ktap/verdict.h"

#include <cctype>
#include <string_view>

#include "base/text.h"
#include "fmt/format.h"
#include "ktap/case_name.h"
#include "ktap/tap_text.h"

namespace ktap {
namespace {

using model::Outcome;
using Kind = ProcessEnd::Kind;

// Collects what is wrong; the outcome that wins a merge wins here, every reason is told.
class Complaints {
 public:
  void add(Outcome outcome, std::string reason) {
    if (!outcome_ || model::merge_rank(outcome) < model::merge_rank(*outcome_)) outcome_ = outcome;
    if (!text_.empty()) text_ += "; ";
    text_ += reason;
  }
  void into(TestVerdict& verdict) {
    verdict.outcome = outcome_;
    if (!text_.empty()) verdict.reason = text_;
  }

 private:
  std::optional<Outcome> outcome_;
  std::string text_;
};

std::string with_last_line(std::string text, const Reading& reading) {
  if (reading.last_line.empty()) return text;
  return text + ": " + reading.last_line;
}

// A program that names no cases: its exit status is its result.
TestVerdict by_exit_status(const Reading& reading, int status) {
  TestVerdict verdict;
  verdict.complete = true;
  const bool believed = reading.any_structure || !reading.strict_statuses;
  if (status != 0 && (reading.foreign_status || (!believed && (status == 2 || status == 3)))) {
    verdict.outcome = Outcome::fail;
    verdict.reason = with_last_line(fmt::format("exit status {}", status), reading);
    return verdict;
  }
  switch (status) {
    case 0:
      verdict.outcome = Outcome::pass;
      return verdict;
    case 2:
      verdict.outcome = Outcome::xfail;
      break;
    case 3:
      verdict.outcome = Outcome::xpass;
      break;
    case 4:
      verdict.outcome = Outcome::unfit;
      verdict.skipped = true;
      break;
    default:
      verdict.outcome = Outcome::fail;
      break;
  }
  verdict.reason = with_last_line(fmt::format("exit status {}", status), reading);
  return verdict;
}

// uffd-stress and userfaultfd without an exit status: they count down to 0 or say ERROR.
TestVerdict by_bounces(const Reading& reading) {
  using State = StressReader::State;
  TestVerdict verdict;
  verdict.complete = reading.stress != State::running;
  if (reading.stress == State::ended) {
    verdict.outcome = Outcome::pass;
  } else if (reading.stress == State::failed) {
    verdict.outcome = Outcome::fail;
    verdict.reason = reading.stress_error;
  } else if (reading.stress == State::skipped) {
    verdict.outcome = Outcome::unfit;
    verdict.skipped = true;
    verdict.reason = reading.stress_error;
  } else {
    verdict.outcome = Outcome::missing;
    verdict.reason = with_last_line("it never came to bounces: 0", reading);
  }
  return verdict;
}

void judge_end(const Reading& reading, const ProcessEnd& end, Complaints& complaints) {
  switch (end.kind) {
    case Kind::signal:
      complaints.add(Outcome::fail, "killed by " + signal_name(end.value));
      break;
    case Kind::limit:
      complaints.add(Outcome::hang, "no end within its limit");
      break;
    case Kind::cut:
      complaints.add(Outcome::missing, "the guest ended while the test ran");
      break;
    case Kind::exited:
      if (end.value == 0 || reading.bad > 0 || reading.lost_failures > 0) break;
      if (end.value == 4 && !reading.foreign_status) break;
      if ((end.value == 2 || end.value == 3) && reading.expected_bad > 0) break;
      complaints.add(Outcome::fail,
                     reading.missing > 0 || reading.bail || reading.reported == 0
                         ? fmt::format("exit status {}", end.value)
                         : fmt::format("exit status {} although every case passed", end.value));
      break;
    case Kind::unknown:
      break;
  }
}

}  // namespace

bool has_foreign_status(std::string_view test_id) {
  return base::glob_match("*hugepage-shm*", test_id) || base::glob_match("*khugepaged*", test_id);
}

TestVerdict judge(const Reading& reading, const ProcessEnd& end) {
  const bool exited = end.kind == Kind::exited;
  const bool silent =
      reading.reported == 0 && !reading.has_plan && !reading.bail && !reading.failed_assertion;
  if (exited && silent && (!reading.any_structure || end.value != 0))
    return by_exit_status(reading, end.value);

  if (end.kind == Kind::unknown && !reading.any_structure && reading.reported == 0 &&
      reading.stress != StressReader::State::none)
    return by_bounces(reading);

  TestVerdict verdict;
  Complaints complaints;
  judge_end(reading, end, complaints);
  // 1..0 plans nothing: the test says that it cannot run.
  if (reading.has_plan && reading.planned == 0 && reading.reported == 0) {
    const bool fine = end.kind == Kind::unknown || (exited && (end.value == 0 || end.value == 4));
    if (fine && !reading.bail) {
      verdict.complete = true;
      verdict.skipped = true;
      verdict.outcome = Outcome::unfit;
      if (reading.skip_all && !reading.skip_all->empty()) verdict.reason = reading.skip_all;
      return verdict;
    }
  }
  if (reading.failed_assertion) complaints.add(Outcome::fail, *reading.failed_assertion);
  const bool aborted = reading.bail && !(only_counts_failures(*reading.bail) && reading.bad > 0);
  if (aborted)
    complaints.add(Outcome::fail,
                   reading.bail->empty() ? "Bail out!" : "Bail out! " + *reading.bail);
  if (reading.lost_failures > 0)
    complaints.add(
        Outcome::fail,
        fmt::format("the totals count {} more failures than were reported", reading.lost_failures));
  if (reading.extra > 0)
    complaints.add(Outcome::fail, fmt::format("{} results for a plan of {}",
                                              reading.planned + reading.extra, reading.planned));
  if (reading.missing > 0) {
    const bool skipped = exited && end.value == 4;
    if (skipped) {
      verdict.skipped = end.kind == Kind::exited;
      complaints.add(Outcome::unfit, reading.last_skip && !reading.last_skip->empty()
                                         ? *reading.last_skip
                                         : fmt::format("exit status 4 after {} of {} cases",
                                                       reading.reported, reading.planned));
    } else {
      std::string text =
          fmt::format("{} of {} planned cases never reported", reading.missing, reading.planned);
      if (reading.last_started)
        text += ", the last to start: " + bounded_text(*reading.last_started);
      complaints.add(Outcome::missing, std::move(text));
    }
  } else if (reading.header_only || (silent && reading.any_structure &&
                                     (end.kind == Kind::unknown || (exited && end.value == 0)))) {
    complaints.add(Outcome::missing, "a header and no result");
  } else if (end.kind == Kind::unknown && reading.has_plan && reading.reported == 0 &&
             reading.planned > 0) {
    complaints.add(Outcome::missing, "no case reported");
  }
  if (reading.lost_results > 0)
    complaints.add(
        Outcome::missing,
        fmt::format("the totals count {} more results than were reported", reading.lost_results));
  complaints.into(verdict);
  if (verdict.outcome != Outcome::unfit) verdict.skipped = false;
  const bool ended = exited || (end.kind == Kind::unknown && (reading.has_plan || reading.closed));
  verdict.complete = ended && reading.any_structure && !aborted && reading.missing == 0 &&
                     reading.nested_complete && !reading.header_only && reading.lost_results == 0 &&
                     (reading.reported > 0 || !reading.has_plan) && !silent;
  return verdict;
}

}  // namespace ktap
