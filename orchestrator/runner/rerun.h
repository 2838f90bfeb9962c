// SPDX-License-Identifier: Apache-2.0
// Whether a bad result is worth running again: what comes back each time is solid, what does not is flaky. Nothing
// is learned from what is known already.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/run.h"
#include "model/scenario.h"

namespace runner {

struct RerunRules {
  int retries = 0;  // further runs of a test with a bad result, each in a guest of its own
  std::vector<model::KnownFailure> known;
  std::vector<model::Expectation> expects;  // of a kernel that is bad on purpose
  std::string today;                        // YYYY-MM-DD
  std::string selftests;                    // SRC of the job's selftests
};

// `results`: all of one test's one attempt. True when one is fail, crash, hang or missing and neither a known
// failure nor, all in all, what the scenario expects.
bool worth_rerunning(std::span<const model::CaseResult> results, const RerunRules& rules);

}  // namespace runner
