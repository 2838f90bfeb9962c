// SPDX-License-Identifier: Apache-2.0
#include "bisect/information.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "bisect/candidates.h"

namespace bisect {
namespace {

std::size_t at(int commit) { return static_cast<std::size_t>(commit); }

// A run that fails at `rate`, if this is how things are.
struct Way {
  double probability, rate;
};
using Ways = std::vector<Way>;

double told_by_one(const Ways& ways) {
  double failing = 0, known = 0;
  for (const Way& way : ways) {
    failing += way.probability * way.rate;
    known += way.probability * entropy(way.rate);
  }
  return std::max(0.0, entropy(failing) - known);
}

double told_by(const Ways& ways, int runs) {
  double of_all = 0, known = 0;
  for (int failed = 0; failed <= runs; ++failed) {
    const double orders = std::exp(std::lgamma(runs + 1) - std::lgamma(failed + 1) - std::lgamma(runs - failed + 1));
    double sum = 0;
    for (const Way& way : ways) {
      const double likely = orders * std::pow(way.rate, failed) * std::pow(1 - way.rate, runs - failed);
      sum += way.probability * likely;
      if (likely > 0) known -= way.probability * likely * std::log2(likely);
    }
    if (sum > 0) of_all -= sum * std::log2(sum);
  }
  return std::max(0.0, of_all - known);
}

// For each commit, and for each explanation, how likely it contains the culprit. Explanations that next to nothing
// speaks for are one: each costs a walk over the history.
class WaysOf {
 public:
  WaysOf(const History& history, const Posterior& belief) {
    constexpr double kNegligible = 1e-3;
    std::map<int, std::vector<double>> weights;
    for (int commit = 0; commit < history.size(); ++commit) {
      const int which = belief.explanation[at(commit)];
      if (which < 0) continue;
      const bool rest = belief.explanations[at(which)].probability < kNegligible;
      auto& weight = weights.try_emplace(rest ? -1 : which, at(history.size())).first->second;
      weight[at(commit)] = belief.culprit[at(commit)];
    }
    for (const auto& [which, weight] : weights) {
      Explanation one{belief.bad_rate, belief.good_rate};
      if (which >= 0) one = belief.explanations[at(which)];
      one.probability = 0;
      for (const double share : weight) one.probability += share;
      explanations_.push_back(one);
      contained_.push_back(history.contained(weight));
    }
  }
  Ways operator()(int commit) const {
    Ways ways;
    for (std::size_t i = 0; i < explanations_.size(); ++i) {
      const Explanation& one = explanations_[i];
      const double inside = commit == kGoodEnd ? 0 : std::min(one.probability, contained_[i][at(commit)]);
      ways.push_back({inside, one.bad_rate});
      ways.push_back({one.probability - inside, one.good_rate});
    }
    return ways;
  }

 private:
  std::vector<Explanation> explanations_;
  std::vector<std::vector<double>> contained_;
};

}  // namespace

double entropy(double p) { return p <= 0 || p >= 1 ? 0 : -p * std::log2(p) - (1 - p) * std::log2(1 - p); }

double information(double probability, double bad_rate, double good_rate) {
  return told_by_one({{probability, bad_rate}, {1 - probability, good_rate}});
}

Probe most_informative(const History& history, const Evidence& evidence, const SearchOptions& options,
                       const Posterior& belief) {
  const WaysOf ways(history, belief);
  const std::vector<double> likely = testable(history, evidence);
  const double run = std::max(options.costs.run, 1e-9);
  const auto build = [&](int commit) {
    return options.costs.build && commit != kGoodEnd ? options.costs.build(commit) : 0.0;
  };
  Probe best;
  double most = 0;
  for (int commit = kGoodEnd; commit < history.size(); ++commit) {
    if (evidence.untestable.contains(commit)) continue;
    const double bits = (commit == kGoodEnd ? 1 : likely[at(commit)]) * told_by_one(ways(commit));
    if (const double rate = bits / (build(commit) + run); rate > most) {
      most = rate;
      best.commit = commit;
      best.bits = bits;
    }
  }
  // A kernel that was built for one run is there for more.
  most = 0;
  for (const int runs : {1, 2, 3, 5, 8, 13, 21})
    if (const double rate = told_by(ways(best.commit), runs) / (build(best.commit) + runs * run); rate > most * (1 + 1e-9)) {
      most = rate;
      best.runs = runs;
    }
  return best;
}

}  // namespace bisect
