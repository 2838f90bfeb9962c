// SPDX-License-Identifier: Apache-2.0
#include "bisect/posterior.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "bisect/candidates.h"

namespace bisect {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();

std::size_t at(int index) { return static_cast<std::size_t>(index); }

// The log likelihood of runs that fail at `rate`. 0 * log 0 is 0: what cannot happen and did not.
double log_likelihood(const Tally& tally, double rate) {
  double sum = 0;
  if (tally.failed > 0) sum += rate > 0 ? tally.failed * std::log(rate) : kNever;
  if (tally.passed > 0) sum += rate < 1 ? tally.passed * std::log1p(-rate) : kNever;
  return sum;
}

// What was seen if one commit did it: runs with it inside, runs without.
struct Split {
  Tally with, without;
};

struct Explained {
  double log_evidence = kNever;  // summed over the rates
  double bad_rate = 0, good_rate = 0;  // expected, given this split
};

Explained explain(const Split& split, const RateModel& rates) {
  std::vector<double> logs;
  double most = kNever;
  for (const RatePoint& point : rates.points()) {
    logs.push_back(std::log(point.prior) + log_likelihood(split.with, point.bad) +
                   log_likelihood(split.without, point.good));
    most = std::max(most, logs.back());
  }
  Explained out;
  if (most == kNever) return out;
  double sum = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    const double share = std::exp(logs[i] - most);
    sum += share;
    out.bad_rate += share * rates.points()[i].bad;
    out.good_rate += share * rates.points()[i].good;
  }
  out.bad_rate /= sum;
  out.good_rate /= sum;
  out.log_evidence = most + std::log(sum);
  return out;
}

}  // namespace

RateModel RateModel::flaky() {
  constexpr std::array kBad{1.0, 0.98, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02};
  constexpr std::array kGood{0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5};
  constexpr double kNoFlakes = 0.25, kBadFlakes = 0.35, kGoodFlakes = 0.15, kBothFlake = 0.25;
  constexpr double kBadRates = kBad.size() - 1, kGoodRates = kGood.size() - 1;
  std::vector<RatePoint> points;
  for (const double bad : kBad)
    for (const double good : kGood) {
      if (good >= bad) continue;  // then there would be nothing to find
      const double prior = bad == 1 ? (good == 0 ? kNoFlakes : kGoodFlakes / kGoodRates)
                                    : (good == 0 ? kBadFlakes / kBadRates : kBothFlake / (kBadRates * kGoodRates));
      points.push_back({bad, good, prior});
    }
  return RateModel(std::move(points));
}

int Posterior::likeliest() const { return static_cast<int>(std::ranges::max_element(culprit) - culprit.begin()); }

Posterior posterior(const History& history, const Evidence& evidence, const RateModel& rates) {
  const std::size_t size = static_cast<std::size_t>(history.size());
  // A culprit is told apart by the tested commits that contain it: few different splits, many commits.
  std::vector<Split> splits(size);
  for (Split& split : splits) split.without = evidence.good_end;
  for (const auto& [commit, tally] : evidence.commits) {
    const std::vector<bool> inside = history.ancestors(commit);
    for (std::size_t i = 0; i < size; ++i) {
      Tally& side = inside[i] ? splits[i].with : splits[i].without;
      side.failed += tally.failed;
      side.passed += tally.passed;
    }
  }
  std::map<std::array<int, 4>, int> known;
  std::vector<Explained> explained;
  const std::vector<bool> left = told_by_sameness(history, evidence);
  Posterior out{.culprit = std::vector<double>(size), .explanation = std::vector<int>(size, -1)};
  double most = kNever;
  for (std::size_t i = 0; i < size; ++i) {
    if (!left[i]) continue;
    const Split& split = splits[i];
    const auto [found, fresh] = known.try_emplace(
        {split.with.failed, split.with.passed, split.without.failed, split.without.passed}, static_cast<int>(explained.size()));
    if (fresh) explained.push_back(explain(split, rates));
    const double evidence_of = explained[at(found->second)].log_evidence;
    if (evidence_of == kNever) continue;
    out.explanation[i] = found->second;
    most = std::max(most, evidence_of);
  }
  if (most == kNever) {
    out.impossible = true;
    return out;
  }
  for (const Explained& one : explained) out.explanations.push_back({.bad_rate = one.bad_rate, .good_rate = one.good_rate});
  double sum = 0;
  for (std::size_t i = 0; i < size; ++i)
    if (out.explanation[i] >= 0) sum += out.culprit[i] = std::exp(explained[at(out.explanation[i])].log_evidence - most);
  out.bad_rate = out.good_rate = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (out.explanation[i] < 0) continue;
    out.culprit[i] /= sum;
    Explanation& one = out.explanations[at(out.explanation[i])];
    one.probability += out.culprit[i];
    out.bad_rate += out.culprit[i] * one.bad_rate;
    out.good_rate += out.culprit[i] * one.good_rate;
  }
  return out;
}

}  // namespace bisect
