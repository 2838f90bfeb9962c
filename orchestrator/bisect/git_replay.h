// SPDX-License-Identifier: Apache-2.0
// A synthetic history as a real repository, bisected by the real `git bisect run`: for the benchmark and its test.
#pragma once
#include <vector>

#include "bisect/synthetic.h"

namespace bisect {

struct GitReplay {
  int steps = 0;                // times the command ran
  std::vector<int> candidates;  // the first bad commit, or all that it may be; sorted
};

// Throws InfraError where there is no git or it does something unexpected.
GitReplay bisect_with_git(const Synthetic& synthetic);

}  // namespace bisect
