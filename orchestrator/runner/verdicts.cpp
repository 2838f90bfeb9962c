// SPDX-License-Identifier: Apache-2.0
#include "runner/verdicts.h"

#include <fmt/format.h>

#include "base/error.h"

namespace runner {
namespace {

using model::CaseResult;
using model::Outcome;

constexpr std::size_t kMaxEvidence = 16 * 1024;

std::string bounded(std::string text) {
  if (text.size() > kMaxEvidence) {
    text.resize(kMaxEvidence);
    text += "\n[cut here; the whole text is in the job's folder]";
  }
  return text;
}

CaseResult framed(const std::string& id, const std::string& test, Outcome outcome, const ResultFrame& frame) {
  CaseResult result;
  result.id = id;
  result.test = test;
  result.outcome = outcome;
  result.job = frame.job;
  result.machine = frame.machine;
  result.clock = frame.clock;
  result.seed = frame.seed;
  result.attempt = frame.attempt;
  result.boot = frame.boot;
  result.position = frame.position;
  return result;
}

struct Judgement {
  Outcome outcome;
  std::string reason;
  std::string evidence;
};

// What is to be said of the test as a whole, beyond its cases; nothing if its cases say it all.
std::optional<Judgement> judge(const TestSeen& seen) {
  using How = TestEnding::How;
  if (seen.ending.how == How::infra) return Judgement{Outcome::infra, seen.ending.text, seen.last_output};
  if (!seen.crashes.empty()) {
    std::string reason = seen.crashes.front().title;
    if (seen.crashes.size() > 1) reason += fmt::format(" (and {} more reports)", seen.crashes.size() - 1);
    return Judgement{Outcome::crash, std::move(reason), seen.crashes.front().evidence};
  }
  switch (seen.ending.how) {
    case How::limit: return Judgement{Outcome::hang, seen.ending.text, seen.last_output};
    case How::guest_died: return Judgement{Outcome::crash, seen.ending.text, seen.last_output};
    case How::not_started:
      return Judgement{seen.ending.unmet_need ? Outcome::unfit : Outcome::fail, seen.ending.text, {}};
    case How::finished:
    case How::infra: break;
  }
  return std::nullopt;
}

}  // namespace

std::vector<CaseResult> verdicts(const TestSeen& seen, const ResultFrame& frame) {
  VMLAB_ASSERT(seen.test != nullptr);
  const std::string& test = seen.test->id;
  std::vector<CaseResult> results;
  const std::optional<Judgement> judgement = judge(seen);
  const ktap::Case* whole = nullptr;
  for (const ktap::Case& reported : seen.report.cases) {
    if (reported.name.empty()) {
      whole = &reported;
      continue;
    }
    CaseResult result = framed(reported.id, test, reported.outcome, frame);
    result.reason = reported.reason;
    result.evidence = bounded(reported.evidence);
    results.push_back(std::move(result));
  }
  if (judgement) {
    CaseResult result = framed(test, test, judgement->outcome, frame);
    result.reason = judgement->reason;
    if (whole != nullptr && whole->outcome == Outcome::missing && whole->reason)
      *result.reason += "; " + *whole->reason;
    result.evidence = bounded(judgement->evidence);
    results.push_back(std::move(result));
  } else if (whole != nullptr) {
    CaseResult result = framed(test, test, whole->outcome, frame);
    result.reason = whole->reason;
    result.evidence = bounded(whole->evidence.empty() && whole->outcome != Outcome::pass ? seen.last_output
                                                                                         : whole->evidence);
    results.push_back(std::move(result));
  }
  // Counts of kernel lines mean something only if the test ran to its end.
  if (seen.ending.how == TestEnding::How::finished) {
    for (const LogCount& count : seen.log_counts) {
      const bool equal = count.expected == count.seen;
      CaseResult result = framed(fmt::format("{}/kernel lines '{}'", test, count.pattern), test,
                                 equal ? Outcome::pass : Outcome::fail, frame);
      result.reason = fmt::format("{} lines{}", count.seen,
                                  equal ? "" : fmt::format(", {} expected", count.expected));
      results.push_back(std::move(result));
    }
  }
  // Nothing is green that did not run: a test that ended without saying anything reported nothing.
  if (results.empty()) {
    CaseResult result = framed(test, test, Outcome::missing, frame);
    result.reason = "the test ended without reporting any case";
    results.push_back(std::move(result));
  }
  for (CaseResult& result : results) result.duration_ms = seen.duration_ms;
  return results;
}

CaseResult whole_test(const std::string& test, Outcome outcome, std::string reason, const ResultFrame& frame) {
  CaseResult result = framed(test, test, outcome, frame);
  result.reason = std::move(reason);
  return result;
}

}  // namespace runner
