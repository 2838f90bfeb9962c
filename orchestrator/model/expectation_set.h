// SPDX-License-Identifier: Apache-2.0
// The expectations of one scenario and the jobs they are about: a run may hold several scenarios.
#pragma once
#include <string>
#include <vector>

#include "model/scenario.h"

namespace model {

struct ExpectationSet {
  std::string kernel;                // JobRecord::kernel.source
  std::vector<std::string> patches;  // JobRecord::kernel.patches
  std::string selftests;             // JobRecord::selftests
  std::vector<Expectation> expects;
};

}  // namespace model
