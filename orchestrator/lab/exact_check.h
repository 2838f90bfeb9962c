// SPDX-License-Identifier: Apache-2.0
// The lab's own check of the instruction clock's claim: a job runs once more, and what its guests say must be the same
// to the byte.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lab/exact_transcript.h"
#include "runner/job.h"

namespace lab {

// Passes everything on and remembers which boot each test's first attempt ran in. An outer of null: for the repetition,
// whose results are no results of the run.
class BootsSink final : public runner::JobSink {
 public:
  explicit BootsSink(runner::JobSink* outer) : outer_(outer) {}

  void booting(const model::JobRecord& job) override;
  void booted(const model::JobRecord& job) override;
  void test_started(const model::JobRecord& job, const model::TestSpec& test) override;
  void results(const model::JobRecord& job, std::vector<model::CaseResult> results) override;
  void samples(const model::JobRecord& job, std::vector<model::Sample> samples) override;
  void cross_checked(const model::JobRecord& job, const std::string& test,
                     const std::optional<std::string>& difference) override;
  void note(const model::JobRecord& job, std::string text) override;

  std::map<std::string, int> boot_of;  // by test
  bool infra = false;                  // the host took something: nothing can be said about repetition
  std::vector<std::vector<model::CaseResult>> told;  // all results, a test's one attempt each

 private:
  runner::JobSink* outer_;
};

struct ExactCheck {
  int boots = 0;                         // that were repeated and compared
  std::vector<std::string> differences;  // one text each; empty: the same to the byte
  std::optional<std::string> undone;     // why nothing is known
};

// Runs `tests` of the job again, in `again` below its folder, and compares each boot with the first one's. The folder
// stays where something differs. `first`: what the job's own run told.
async::task<ExactCheck> repeat_job(runner::JobInput input, std::set<std::string> tests, const BootsSink& first);

}  // namespace lab
