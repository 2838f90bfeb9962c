// SPDX-License-Identifier: Apache-2.0
#include "runner/verdicts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "runner/lost_cases.h"

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
    case How::limit:
      return Judgement{Outcome::hang, seen.ending.text,
                       seen.ending.evidence.empty() ? seen.last_output : seen.ending.evidence};
    case How::guest_died: return Judgement{Outcome::crash, seen.ending.text, seen.last_output};
    case How::not_started:
      return Judgement{seen.ending.unmet_need ? Outcome::unfit : Outcome::fail, seen.ending.text, {}};
    case How::finished:
    case How::infra: break;
  }
  return std::nullopt;
}

// A test that dies of want of memory says nothing of it itself.
std::string starved_text(const TestSeen& seen) {
  return seen.starved ? fmt::format("; the guest was out of memory and its kernel killed {}", *seen.starved) : "";
}

constexpr std::string_view kAnnounced = "/kernel lines '";

// An exact count means something only if the test ran to its end. Where any number may come, what came is told.
std::optional<CaseResult> announced_result(const TestSeen& seen, const AnnouncedLines& lines,
                                           const ResultFrame& frame) {
  const bool finished = seen.ending.how == TestEnding::How::finished;
  if (lines.expected ? !finished : lines.seen == 0) return std::nullopt;
  const bool wrong = lines.expected && *lines.expected != lines.seen;
  CaseResult result = framed(fmt::format("{}{}{}'", seen.test->id, kAnnounced, lines.pattern), seen.test->id,
                             wrong ? Outcome::fail : Outcome::pass, frame);
  result.reason = fmt::format("{} line{}", lines.seen, lines.seen == 1 ? "" : "s");
  if (!lines.expected) *result.reason += ", any number announced";
  else if (wrong) *result.reason += fmt::format(", {} expected", *lines.expected);
  if (lines.reports > 0)
    *result.reason += fmt::format("; {} crash report{} expected and not counted as crash{}", lines.reports,
                                  lines.reports == 1 ? "" : "s", lines.reports == 1 ? "" : "es");
  return result;
}

}  // namespace

std::vector<CaseResult> boot_verdicts(const std::vector<CrashSeen>& crashes, const ResultFrame& frame) {
  std::vector<CaseResult> results;
  for (const CrashSeen& crash : crashes) {
    const std::string title = base::printable(crash.title);
    const std::string id = fmt::format("{}/{}", kBootTest, title);
    if (std::ranges::find(results, id, &CaseResult::id) != results.end()) continue;
    CaseResult& result = results.emplace_back(framed(id, kBootTest, Outcome::crash, frame));
    result.reason = title + ", while the kernel booted";
    result.evidence = bounded(crash.evidence);
  }
  return results;
}

bool is_announced_lines(std::string_view id, std::string_view test) {
  return id.starts_with(test) && id.substr(test.size()).starts_with(kAnnounced);
}

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
  const bool infra = seen.ending.how == TestEnding::How::infra;
  const std::vector<LostCase> lost = lost_cases(test, seen.report);
  for (const LostCase& one : lost) {
    CaseResult result = framed(one.id, test, infra ? Outcome::infra : Outcome::missing, frame);
    result.reason = judgement ? one.reason + ": " + judgement->reason : one.reason;
    results.push_back(std::move(result));
  }
  if (judgement) {
    CaseResult result = framed(test, test, judgement->outcome, frame);
    result.reason = judgement->reason;
    if (!lost.empty()) *result.reason += "; " + lost_text(seen.report);
    else if (whole != nullptr && whole->outcome == Outcome::missing && whole->reason)
      *result.reason += "; " + *whole->reason;
    if (!infra) *result.reason += starved_text(seen);
    result.evidence = bounded(judgement->evidence);
    results.push_back(std::move(result));
  } else if (whole != nullptr && !(whole->outcome == Outcome::missing && !lost.empty())) {
    // Where cases are missing and nothing else is wrong, they say it themselves.
    CaseResult result = framed(test, test, whole->outcome, frame);
    result.reason = whole->reason;
    if (seen.starved && whole->outcome != Outcome::pass) result.reason = whole->reason.value_or("bad") + starved_text(seen);
    result.evidence = bounded(whole->evidence.empty() && whole->outcome != Outcome::pass ? seen.last_output
                                                                                         : whole->evidence);
    results.push_back(std::move(result));
  }
  for (const AnnouncedLines& lines : seen.announced)
    if (auto result = announced_result(seen, lines, frame)) results.push_back(std::move(*result));
  // Nothing is green that did not run: a test that ended without saying anything reported nothing.
  const auto about_the_log = [&](const CaseResult& result) { return is_announced_lines(result.id, test); };
  if (std::ranges::all_of(results, about_the_log)) {
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
