// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "runner/verdicts.h"

namespace lab {

void BootsSink::booting(const model::JobRecord& job) {
  if (outer_ != nullptr) outer_->booting(job);
}

void BootsSink::booted(const model::JobRecord& job) {
  if (outer_ != nullptr) outer_->booted(job);
}

void BootsSink::test_started(const model::JobRecord& job, const model::TestSpec& test) {
  if (outer_ != nullptr) outer_->test_started(job, test);
}

void BootsSink::results(const model::JobRecord& job, std::vector<model::CaseResult> results) {
  for (const model::CaseResult& result : results) {
    // A test whose first word comes from a later attempt was taken by the host before it had one.
    infra = infra || result.outcome == model::Outcome::infra || (result.attempt > 1 && result.test != runner::kBootTest && !boot_of.contains(result.test));
    boot_of.emplace(result.test, result.boot);
  }
  told.push_back(results);
  if (outer_ != nullptr) outer_->results(job, std::move(results));
}

void BootsSink::samples(const model::JobRecord& job, std::vector<model::Sample> samples) {
  if (outer_ != nullptr) outer_->samples(job, std::move(samples));
}

void BootsSink::cross_checked(const model::JobRecord& job, const std::string& test,
                              const std::optional<std::string>& difference) {
  if (outer_ != nullptr) outer_->cross_checked(job, test, difference);
}

void BootsSink::note(const model::JobRecord& job, std::string text) {
  if (outer_ != nullptr) outer_->note(job, std::move(text));
}

async::task<ExactCheck> repeat_job(runner::JobInput input, std::set<std::string> tests, const BootsSink& first) {
  ExactCheck check;
  std::erase_if(input.tests, [&](const runner::JobTest& test) { return !tests.contains(test.test.id); });
  const base::fs::path folder = input.folder;
  input.folder = folder / "again";
  input.reruns.retries = 0;
  input.record.boots = 0;
  base::fs::create_directories(input.folder);
  BootsSink second(nullptr);
  co_await runner::run_job(input, second);
  if (first.infra || second.infra) {
    check.undone = "the host failed meanwhile";
    co_return check;
  }
  std::set<std::pair<int, int>> pairs;  // boots of both, and of the repetition
  for (const auto& [test, boot] : second.boot_of)  // "boot" among them: what a kernel reports while it boots
    if (const auto found = first.boot_of.find(test); found != first.boot_of.end()) pairs.emplace(found->second, boot);
  for (const auto& [then, now] : pairs) {
    const auto a = read_transcript(folder / fmt::format("boot-{}", then));
    const auto b = read_transcript(input.folder / fmt::format("boot-{}", now));
    if (!a || !b) {
      check.undone = (a ? b : a).error().message;
      co_return check;
    }
    ++check.boots;
    for (const TranscriptDifference& difference : differences(*a, *b))
      check.differences.push_back(fmt::format("boot-{}: {}", then, difference.text()));
  }
  if (check.boots == 0) check.undone = "no boot of the two can be compared";
  if (check.boots > 0 && check.differences.empty()) {
    std::error_code ignored;  // what stays is only taken for what it is
    base::fs::remove_all(input.folder, ignored);
  }
  co_return check;
}

}  // namespace lab
