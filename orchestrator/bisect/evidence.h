// SPDX-License-Identifier: Apache-2.0
// What was seen so far. The order does not matter, so a bisection goes on from its journal as if it had never stopped.
#pragma once
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace bisect {

// Stands for the commits that are known to be good and are not in the history. Asked how often the failure comes without
// the culprit.
inline constexpr int kGoodEnd = -1;

// Runs of one commit.
struct Tally {
  int failed = 0, passed = 0;  // `failed`: with the failure that is sought, no other
  int runs() const { return failed + passed; }
  friend bool operator==(const Tally&, const Tally&) = default;
};

struct Evidence {
  std::map<int, Tally> commits;
  std::set<int> untestable;  // it does not build or boot, or fails in another way: neither good nor bad
  // Commits whose kernels are the same to the byte: either both contain the culprit or neither does. The first may be kGoodEnd.
  std::vector<std::pair<int, int>> same;
  Tally good_end;

  void saw(int commit, bool failed) {
    Tally& tally = commit == kGoodEnd ? good_end : commits[commit];
    ++(failed ? tally.failed : tally.passed);
  }
  int runs() const {
    int sum = good_end.runs();
    for (const auto& [commit, tally] : commits) sum += tally.runs();
    return sum;
  }
};

}  // namespace bisect
