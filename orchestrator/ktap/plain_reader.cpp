// SPDX-License-Identifier: Apache-2.0
#include "ktap/plain_reader.h"

#include "base/text.h"
#include "ktap/case_name.h"

namespace ktap {

bool PlainReader::line(std::string_view text, std::size_t number) {
  if (text.starts_with("assert() at ")) {
    summary_.any_structure = summary_.status_is_foreign = true;
    if (!summary_.failed_assertion) summary_.failed_assertion = bounded_text(text);
    return true;
  }
  return khugepaged(text, number) || high_address(text, number) || hwpoison(text, number) ||
         tagged(text, number);
}

// "[RUN]\tx" opens a case, "[OK]\ty" closes it; a verdict without a case, or a further one, has its
// own words for a name.
bool PlainReader::tagged(std::string_view text, std::size_t number) {
  const auto close = text.starts_with('[') ? text.find(']') : std::string_view::npos;
  if (close == std::string_view::npos || close > 5) return false;
  const std::string_view tag = text.substr(1, close - 1);
  const std::string_view said = base::trim(text.substr(close + 1));
  const bool known = tag == "RUN" || tag == "OK" || tag == "FAIL" || tag == "SKIP";
  if (!known || said.empty() || (text[close + 1] != '\t' && text[close + 1] != ' ')) return false;
  if (!summary_.any_structure && tag != "RUN" && text[close + 1] != '\t') return false;
  summary_.any_structure = true;
  if (tag == "RUN") {
    run_ = bounded_text(said);
    run_line_ = number;
    run_judged_ = false;
    return true;
  }
  const std::string name = run_ && !run_judged_ ? *run_ : bounded_text(said);
  if (tag == "OK") {
    report(name, model::Outcome::pass, std::nullopt, number);
  } else {
    const auto outcome = tag == "FAIL" ? model::Outcome::fail : model::Outcome::unfit;
    report(name, outcome, bounded_text(said), number);
  }
  run_judged_ = true;
  return true;
}

bool PlainReader::khugepaged(std::string_view text, std::size_t number) {
  constexpr std::string_view kRun = "Run test: ";
  if (text.starts_with(kRun) && text.ends_with(')') &&
      text.find(':', kRun.size()) != std::string_view::npos) {
    end_case();
    summary_.any_structure = summary_.status_is_foreign = true;
    open_ = OpenCase{bounded_text(text.substr(kRun.size())), number, 0, 0, std::nullopt};
    return true;
  }
  if (!open_) return false;
  if (text.starts_with("Restore THP and khugepaged settings")) {
    end_case();
    return true;
  }
  const auto dots = text.rfind("...");
  if (dots == std::string_view::npos) return true;
  std::string_view verdict = text.substr(dots + 3);
  while (!verdict.empty() && (verdict.front() == '.' || verdict.front() == ' '))
    verdict.remove_prefix(1);
  verdict = base::trim(verdict);
  if (verdict == "OK") {
    ++open_->passed;
  } else if (verdict.starts_with("Skip")) {
    ++open_->skipped;
  } else if (verdict.starts_with("Fail") || verdict.starts_with("Timeout")) {
    if (!open_->failure) open_->failure = bounded_text(text.substr(text.rfind('\r') + 1));
  }
  return true;
}

// The next case began, or the program closed its work.
void PlainReader::end_case() {
  if (!open_) return;
  const OpenCase done = *std::exchange(open_, std::nullopt);
  if (done.failure)
    report(done.name, model::Outcome::fail, done.failure, done.line);
  else if (done.passed > 0)
    report(done.name, model::Outcome::pass, std::nullopt, done.line);
  else if (done.skipped > 0)
    report(done.name, model::Outcome::unfit, std::nullopt, done.line);
  else
    report(done.name, model::Outcome::missing, "started and never reported", done.line);
}

bool PlainReader::high_address(std::string_view text, std::size_t number) {
  const bool passed = text.ends_with(" - OK");
  if (!passed && !text.ends_with(" - FAILED")) return false;
  const auto dash = text.rfind(" - ");
  const auto colon = text.rfind(": ", dash);
  if (colon == std::string_view::npos || colon == 0) return false;
  const auto address = text.substr(colon + 2, dash - colon - 2);
  if (!address.starts_with("0x") && address != "(nil)") return false;
  summary_.any_structure = true;
  const auto why =
      passed ? std::nullopt : std::optional<std::string>("mapped at " + bounded_text(address));
  report(bounded_text(text.substr(0, colon)), passed ? model::Outcome::pass : model::Outcome::fail,
         why, number);
  return true;
}

bool PlainReader::hwpoison(std::string_view text, std::size_t number) {
  constexpr std::string_view kChunk = "Write/read chunk size=";
  if (text.starts_with(kChunk)) {
    summary_.any_structure = true;
    chunk_ = bounded_text(text.substr(kChunk.size()));
    return true;
  }
  if (chunk_.empty()) return false;
  constexpr std::string_view kEnd = " test...TEST_";
  const auto at = text.find(kEnd);
  if (at == std::string_view::npos || !text.starts_with(" ... ")) return text.starts_with(" ... ");
  const auto verdict = text.substr(at + kEnd.size());
  const auto outcome = verdict == "PASSED"    ? model::Outcome::pass
                       : verdict == "SKIPPED" ? model::Outcome::unfit
                                              : model::Outcome::fail;
  report(bounded_text(text.substr(5, at - 5)) + " chunk_size=" + chunk_, outcome, std::nullopt,
         number);
  return true;
}

void PlainReader::report(std::string name, model::Outcome outcome,
                         std::optional<std::string> reason, std::size_t number) {
  RawCase raw;
  raw.name = std::move(name);
  raw.outcome = outcome;
  raw.skipped = outcome == model::Outcome::unfit;
  raw.reason = std::move(reason);
  raw.line = number;
  ++summary_.reported;
  if (outcome == model::Outcome::fail) ++summary_.bad;
  sink_(std::move(raw));
}

PlainSummary PlainReader::finish(bool ended) {
  // A program that died in a case did not pass it, whatever its first steps said.
  if (open_ && !ended && !open_->failure) open_->passed = open_->skipped = 0;
  end_case();
  // Of several [RUN]s without a verdict only the last one says that the program died.
  if (run_ && !run_judged_ && !ended)
    report(*run_, model::Outcome::missing, "started and never reported", run_line_);
  return summary_;
}

}  // namespace ktap
