// SPDX-License-Identifier: Apache-2.0
// Carries a bisection out: asks the search what to test, the oracle what it does, and the journal to remember it; then
// confirms what was found.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bisect/journal.h"
#include "bisect/oracle.h"
#include "bisect/search.h"

namespace bisect {

struct Step {
  int commit = 0;     // or kGoodEnd
  Probe::Aim aim = Probe::Aim::narrow;
  int candidates = 0;
  int steps_left = 0;  // about
};

struct Asked {
  const History& history;
  std::vector<std::string> ids;  // of the commits
  std::string good;              // id of the good end
  SearchOptions options;
  bool check_ends = false;  // begin with the bad and the good end: that is where the failure that is sought is seen
  bool good_first = false;  // with the good one: a metric is compared with it
};

struct Conducted {
  Verdict verdict;
  int runs = 0;        // that gave an answer: of these,
  int confirming = 0;  // made when the culprit was known already, or of the ends
  int reused = 0;      // answers that the same bytes had given before
  int infra = 0;
  double seconds = 0;
  bool interrupted = false;
  std::string host_failed;  // why it cannot go on; empty: nothing
  std::vector<std::string> confirmations;  // what was done to be sure, a sentence each
};

// The evidence in a journal; entries about unknown commits are left out.
Evidence evidence_of(const Asked& asked, const std::vector<Entry>& entries);

// Throws InfraError when the journal cannot be written.
Conducted conduct(const Asked& asked, Oracle& oracle, Journal& journal, const std::function<void(const Step&)>& on_step);

}  // namespace bisect
