// SPDX-License-Identifier: Apache-2.0
// Who may have done it, after all that was seen. Bayes' rule over commits: before anything is seen each is as likely as
// the next. A commit that contains the culprit fails at one rate, all others fail at another, smaller one; both rates
// are unknown and are summed over. That the rates are 1 and 0, as in a history without flaky tests, is likely
// beforehand but not taken for granted: a verdict that rests on single runs has to earn its confidence.
#pragma once
#include <vector>

#include "bisect/evidence.h"
#include "bisect/history.h"

namespace bisect {

struct RatePoint {
  double bad = 1, good = 0;  // share of runs that fail, with the culprit and without it
  double prior = 1;
};

// What is thought of the rates before anything is seen.
class RateModel {
 public:
  // A quarter of all histories do not flake, a third have failures that come only sometimes, and in the rest good
  // kernels show them too: more flakes than most people see, so that a verdict is not believed too early.
  static RateModel flaky();
  // Both exact: the instruction clock, a build that fails.
  static RateModel deterministic() { return RateModel({{1, 0, 1}}); }

  const std::vector<RatePoint>& points() const { return points_; }
  bool is_deterministic() const { return points_.size() == 1; }

 private:
  explicit RateModel(std::vector<RatePoint> points) : points_(std::move(points)) {}
  std::vector<RatePoint> points_;
};

// Culprits that explain what was seen equally well: the same tested commits contain them.
struct Explanation {
  double bad_rate = 1, good_rate = 0;  // expected, if it is one of them
  double probability = 0;              // of all of them together
};

struct Posterior {
  std::vector<double> culprit;  // for each commit; the sum is 1 unless `impossible`
  std::vector<int> explanation;  // for each commit its index in `explanations`; -1: cannot be
  std::vector<Explanation> explanations;
  double bad_rate = 1, good_rate = 0;  // expected
  // No commit explains what was seen: a good end that fails as often as the bad one, with rates that allow no flakes.
  bool impossible = false;

  int likeliest() const;
};

Posterior posterior(const History& history, const Evidence& evidence, const RateModel& rates);

}  // namespace bisect
