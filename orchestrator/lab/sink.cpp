// SPDX-License-Identifier: Apache-2.0
#include "lab/sink.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"

namespace lab {

StoreSink::StoreSink(store::Store& store, std::string run, Progress& progress, Tally& tally,
                     std::map<std::string, std::chrono::milliseconds> expected, model::GuestStarts* starts)
    : store_(store), run_(std::move(run)), progress_(progress), tally_(tally), expected_(std::move(expected)),
      starts_(starts) {}

void StoreSink::store(const model::JobRecord& job) {
  last_ = job;
  if (starts_ != nullptr) last_->starts = *starts_;
  store_.upsert_job(run_, *last_);
}

void StoreSink::booting(const model::JobRecord& job) {
  store(job);
  progress_.show(job.job, fmt::format("{}: booting", job.job), true);
}

void StoreSink::booted(const model::JobRecord& job) {
  store(job);
  progress_.show(job.job, fmt::format("{}: up after {:.1f} s", job.job, job.boot_ms / 1000), true);
}

void StoreSink::test_started(const model::JobRecord& job, const model::TestSpec& test) {
  std::string text = fmt::format("{}: {}", job.job, base::printable(test.id));
  if (const auto found = expected_.find(test.id); found != expected_.end() && found->second.count() > 0)
    text += " (about " + base::format_duration(found->second) + ")";
  progress_.show(job.job, std::move(text));
}

void StoreSink::results(const model::JobRecord& job, std::vector<model::CaseResult> results) {
  if (results.empty()) return;
  store_.add_results(run_, results);
  const std::string& test = results.front().test;
  model::OutcomeCounts counts;
  for (const model::CaseResult& result : results) counts.add(result.outcome);
  const auto merged = counts.merged().value_or(model::Outcome::missing);
  std::string line = fmt::format("{:<10} {:<14} {}  {}", model::to_string(merged), job.machine,
                                 base::printable(test), counts_text(results));
  if (results.front().attempt > 1) line += fmt::format("  (attempt {})", results.front().attempt);
  if (results.front().duration_ms >= 1000)
    line += "  " + base::format_duration(std::chrono::milliseconds(static_cast<long>(results.front().duration_ms)));
  if (model::verdict_of(merged) == model::Verdict::bad || merged == model::Outcome::infra)
    for (const model::CaseResult& result : results)
      if (result.outcome == merged && result.reason) {
        line += "\n             " + base::printable(result.reason->substr(0, 200));
        break;
      }
  progress_.note(line);
  if (merged == model::Outcome::infra) return;  // it may be tried again
  if (!done_.insert(test).second) return;
  ++tally_.tests_done;
  if (const auto found = expected_.find(test); found != expected_.end())
    tally_.expected_left -= std::min(tally_.expected_left, found->second);
  progress_.total(tally_.tests_done, tally_.tests_all,
                  std::chrono::duration_cast<std::chrono::seconds>(tally_.expected_left / std::max(tally_.guests, 1)));
}

void StoreSink::samples(const model::JobRecord&, std::vector<model::Sample> samples) {
  store_.add_samples(run_, samples);
}

void StoreSink::note(const model::JobRecord& job, std::string text) {
  progress_.note(fmt::format("{}: {}", job.job, base::printable(text)));
}

void StoreSink::cross_checked(const model::JobRecord& job, const std::string& test,
                              const std::optional<std::string>& difference) {
  if (starts_ == nullptr) return;
  ++starts_->checked;
  if (!difference) return;
  starts_->differences.push_back(test + ": " + *difference);
  note(job, "a copy of a frozen guest and a booted one differ: " + starts_->differences.back());
}

void StoreSink::job_ended(const model::JobRecord& job) {
  if (last_) store(model::JobRecord(*last_));
  progress_.done(job.job);
}

std::string counts_text(const std::vector<model::CaseResult>& results) {
  model::OutcomeCounts counts;
  for (const model::CaseResult& result : results) counts.add(result.outcome);
  std::vector<model::Outcome> seen;
  for (const model::Outcome outcome : model::all_outcomes())
    if (counts.of(outcome) > 0) seen.push_back(outcome);
  std::ranges::sort(seen, {}, [](model::Outcome outcome) { return model::merge_rank(outcome); });
  std::string text;
  for (const model::Outcome outcome : seen)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts.of(outcome), model::to_string(outcome));
  return text;
}

}  // namespace lab
