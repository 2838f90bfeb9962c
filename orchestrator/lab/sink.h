// SPDX-License-Identifier: Apache-2.0
// Takes what a job's runner says: commits results at once, keeps people informed.
#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>

#include "lab/progress.h"
#include "runner/job.h"
#include "store/store.h"

namespace lab {

// How much of the run is done; shared by all jobs.
struct Tally {
  std::size_t tests_done = 0, tests_all = 0;
  std::chrono::milliseconds expected_left{0};  // of tests with a history, summed over the guests
  int guests = 1;
};

class StoreSink : public runner::JobSink {
 public:
  StoreSink(store::Store& store, std::string run, Progress& progress, Tally& tally,
            std::map<std::string, std::chrono::milliseconds> expected, model::GuestStarts* starts = nullptr);

  void booting(const model::JobRecord& job) override;
  void booted(const model::JobRecord& job) override;
  void test_started(const model::JobRecord& job, const model::TestSpec& test) override;
  void results(const model::JobRecord& job, std::vector<model::CaseResult> results) override;
  void samples(const model::JobRecord& job, std::vector<model::Sample> samples) override;
  void note(const model::JobRecord& job, std::string text) override;
  void cross_checked(const model::JobRecord& job, const std::string& test,
                     const std::optional<std::string>& difference) override;
  void job_ended(const model::JobRecord& job);

 private:
  store::Store& store_;
  std::string run_;
  Progress& progress_;
  Tally& tally_;
  void store(const model::JobRecord& job);

  std::map<std::string, std::chrono::milliseconds> expected_;
  model::GuestStarts* starts_;  // how the job's guests came to be, kept by whoever starts them
  std::optional<model::JobRecord> last_;
  std::set<std::string> done_;  // tests that count as done; further attempts are on top
};

// "pass" or "3 fail, 60 pass": the counts of one test's cases, worst first.
std::string counts_text(const std::vector<model::CaseResult>& results);

}  // namespace lab
