// SPDX-License-Identifier: Apache-2.0
// What to test next, and when to stop: a pure function of what was seen. As long as everything seen agrees, it halves
// the candidates as `git bisect` does. From the first contradiction on, and until the one that is left has earned the
// asked confidence, it takes the probe that promises most information for its cost.
#pragma once
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "bisect/posterior.h"

namespace bisect {

// What a probe costs, in seconds or any other unit.
struct Costs {
  std::function<double(int commit)> build;  // empty: nothing
  double run = 1;
};

struct SearchOptions {
  RateModel rates = RateModel::flaky();
  double confidence = 0.99;  // of a verdict
  int budget = 0;            // runs; 0: as many as it takes
  Costs costs = {};
};

struct Probe {
  enum class Aim {
    narrow,   // halve the candidates
    confirm,  // one is left: is it?
    weigh,    // what was seen contradicts itself
  };
  int commit = 0;  // or kGoodEnd
  Aim aim = Aim::narrow;
  int runs = 1;     // worth making before asking again
  double bits = 0;  // expected from one run
  int candidates = 0;  // still possible; of `weigh`, those that together hold the asked confidence
};

struct Verdict {
  enum class Kind { culprit, range, unresolved };
  Kind kind = Kind::unresolved;
  int culprit = -1;              // of `culprit`
  std::vector<int> candidates;   // likeliest first; of `range`, those that nothing testable tells apart
  double confidence = 0;         // that it is the culprit, or among the candidates
  std::string why;               // of `unresolved`
};

using Next = std::variant<Probe, Verdict>;

Next next(const History& history, const Evidence& evidence, const SearchOptions& options);

// The commits that next() will want if a run of `commit` fails and if it passes: worth building meanwhile.
std::vector<int> wanted_after(const History& history, const Evidence& evidence, const SearchOptions& options, int commit);

}  // namespace bisect
