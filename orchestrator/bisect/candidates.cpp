// SPDX-License-Identifier: Apache-2.0
#include "bisect/candidates.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "bisect/information.h"

namespace bisect {
namespace {

std::size_t at(int commit) { return static_cast<std::size_t>(commit); }

// A binary search over n needs `depth` steps, sometimes one less. Any split that leaves both sides between a quarter
// and a half of 2^depth keeps both its longest and its mean length (the leaves of the search lie at two depths only).
struct PerfectSplit {
  double least, most;
  explicit PerfectSplit(std::size_t n) : least(std::ldexp(1.0, depth(n) - 2)), most(std::ldexp(1.0, depth(n) - 1)) {}
  bool allows(double side, double other) const { return std::min(side, other) >= least && std::max(side, other) <= most; }
  static int depth(std::size_t n) { return static_cast<int>(std::bit_width(n - 1)); }
};

}  // namespace

std::vector<bool> told_by_sameness(const History& history, const Evidence& evidence) {
  std::vector<bool> left(static_cast<std::size_t>(history.size()), true);
  for (const auto& [one, other] : evidence.same) {
    const std::vector<bool> inside = one == kGoodEnd ? std::vector<bool>(left.size()) : history.ancestors(one), also = history.ancestors(other);
    for (std::size_t i = 0; i < left.size(); ++i)
      if (inside[i] != also[i]) left[i] = false;
  }
  return left;
}

std::vector<int> candidates(const History& history, const Evidence& evidence) {
  std::vector<bool> left = told_by_sameness(history, evidence);
  for (const auto& [commit, tally] : evidence.commits) {
    const std::vector<bool> inside = history.ancestors(commit);
    for (std::size_t i = 0; i < left.size(); ++i)
      if ((tally.failed > 0 && !inside[i]) || (tally.passed > 0 && inside[i])) left[i] = false;
  }
  std::vector<int> out;
  if (evidence.good_end.failed > 0) return out;
  for (int commit = 0; commit < history.size(); ++commit)
    if (left[at(commit)]) out.push_back(commit);
  return out;
}

std::vector<double> testable(const History& history, const Evidence& evidence) {
  std::vector<double> out(static_cast<std::size_t>(history.size()), 1);
  if (evidence.untestable.empty()) return out;
  const std::vector<int> untestable(evidence.untestable.begin(), evidence.untestable.end());
  std::vector<int> distance = history.distance_from(untestable);
  // What is broken for a while is broken on several branches: near in the order of the history counts as near too.
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto after = evidence.untestable.lower_bound(static_cast<int>(i));
    if (after != evidence.untestable.end()) distance[i] = std::min(distance[i], *after - static_cast<int>(i));
    if (after != evidence.untestable.begin())
      distance[i] = std::min(distance[i], static_cast<int>(i) - *std::prev(after));
  }
  // The more were hit, the longer the stretch is taken to be.
  const double reach = static_cast<double>(untestable.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = 1 - std::exp2(-distance[i] / reach);
  return out;
}

std::optional<int> midpoint(const History& history, const Evidence& evidence, const std::vector<int>& candidates,
                            const Costs& costs) {
  std::vector<double> weight(static_cast<std::size_t>(history.size()));
  for (const int commit : candidates) weight[at(commit)] = 1;
  const std::vector<double> sums = history.contained(weight);
  const std::vector<double> likely = testable(history, evidence);
  const double all = static_cast<double>(candidates.size());
  const auto gain = [&](int commit) {
    return likely[at(commit)] * information(sums[at(commit)] / all, 1, 0);
  };
  std::optional<int> best;
  for (const int commit : candidates)
    if (sums[at(commit)] < all && !evidence.untestable.contains(commit) && (!best || gain(commit) > gain(*best)))
      best = commit;
  if (!best || !costs.build) return best;
  const PerfectSplit perfect(candidates.size());
  for (const int commit : candidates)
    if (!evidence.untestable.contains(commit) && likely[at(commit)] >= likely[at(*best)] &&
        perfect.allows(sums[at(commit)], all - sums[at(commit)]) && costs.build(commit) < costs.build(*best))
      best = commit;
  return best;
}

std::vector<int> inseparable(const History& history, const Evidence& evidence, int commit, const std::vector<int>& among) {
  std::vector<int> out{commit};
  if (evidence.untestable.empty()) return out;
  const auto by_testable = [&](int one) {
    std::vector<bool> containing = history.descendants(one);
    for (const int untestable : evidence.untestable) containing[at(untestable)] = false;
    return containing;
  };
  const std::vector<bool> own = by_testable(commit);
  for (const int other : among)
    if (other != commit && by_testable(other) == own) out.push_back(other);
  return out;
}

}  // namespace bisect
