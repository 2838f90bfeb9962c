// SPDX-License-Identifier: Apache-2.0
// What an interrupted run has won already, so that going on with it runs what is left and nothing twice.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/file.h"
#include "model/run.h"
#include "runner/rerun.h"

namespace lab {

class Earlier {
 public:
  Earlier() = default;  // a run that begins
  explicit Earlier(const model::Run& run);

  // Tests are told apart by what the job's record says of machine and kernel, so pass the new job's.
  struct Owed {
    bool run = true;        // it has no result that the host left alone
    int reruns = 0;         // its result was bad, and so many further runs are due
    int first_attempt = 1;  // of whichever comes next
    bool anything() const { return run || reruns > 0; }
  };
  Owed owed(const model::JobRecord& job, const std::string& test, const runner::RerunRules& rules) const;

  // The highest number among the run's jobs "MACHINE-N"; 0 when there is none.
  int last_job(const std::string& machine) const;

 private:
  using Key = std::tuple<std::string, std::string, std::vector<std::string>, std::string>;
  static Key key_of(const model::JobRecord& job, const std::string& test);
  std::map<Key, std::map<int, std::vector<model::CaseResult>>> attempts_;
  std::map<std::string, int> last_job_;
};

// Which artefacts a run was made with, in its folder: going on with others would mix results. Notes them when they
// are new; an Error says what has changed since.
base::Result<void> same_artifacts(const base::fs::path& run_directory, const model::JobRecord& job,
                                  const std::string& selftests_identity);

}  // namespace lab
