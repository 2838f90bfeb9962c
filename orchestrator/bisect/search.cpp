// SPDX-License-Identifier: Apache-2.0
#include "bisect/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "bisect/candidates.h"
#include "bisect/information.h"

namespace bisect {
namespace {

std::size_t at(int commit) { return static_cast<std::size_t>(commit); }

// Likeliest first, until they hold `share` of the probability.
std::vector<int> credible(const Posterior& belief, double share) {
  std::vector<int> order(belief.culprit.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](int commit) { return std::pair(-belief.culprit[at(commit)], commit); });
  double sum = 0;
  std::size_t count = 0;
  while (count < order.size() && sum < share) sum += belief.culprit[at(order[count++])];
  order.resize(count);
  return order;
}

double mass(const Posterior& belief, const std::vector<int>& commits) {
  double sum = 0;
  for (const int commit : commits) sum += belief.culprit[at(commit)];
  return sum;
}

bool none_failed(const Evidence& evidence) {
  return std::ranges::all_of(evidence.commits, [](const auto& one) { return one.second.failed == 0; });
}

constexpr int kRunsOfAPassingBadEnd = 10;

}  // namespace

Next next(const History& history, const Evidence& evidence, const SearchOptions& options) {
  const Posterior belief = posterior(history, evidence, options.rates);
  if (belief.impossible)
    return Verdict{.kind = Verdict::Kind::unresolved, .why = "what was seen contradicts itself, and nothing here may flake"};
  const std::vector<int> left = candidates(history, evidence);
  const bool spent = options.budget > 0 && evidence.runs() >= options.budget;
  if (!spent && left.size() > 1)
    if (const auto middle = midpoint(history, evidence, left, options.costs))
      return Probe{.commit = *middle, .aim = Probe::Aim::narrow, .runs = 1, .bits = 1, .candidates = static_cast<int>(left.size())};

  // What passes everywhere has no culprit, however rare its failures are taken to be.
  if (!options.rates.is_deterministic() && none_failed(evidence) && left.size() <= 1) {
    const auto tip = evidence.commits.find(history.tip());
    const int passed = tip == evidence.commits.end() ? 0 : tip->second.passed;
    if (!spent && passed < kRunsOfAPassingBadEnd)
      return Probe{.commit = history.tip(), .aim = Probe::Aim::confirm, .candidates = 1};
    return Verdict{.why = fmt::format("no commit failed; the bad end passed {} times", passed)};
  }

  // git's answer to that: any of them.
  if (left.size() > 1 && options.rates.is_deterministic())
    return Verdict{.kind = Verdict::Kind::range, .candidates = left, .confidence = 1, .why = {}};

  const std::vector<int> likely = credible(belief, options.confidence);
  // Where nothing but untestable commits lies between some, they are one candidate. Those of next to no probability
  // may be among them too: without flakes all of `left` are.
  std::vector<int> among = left.size() > 1 ? left : credible(belief, 1 - (1 - options.confidence) / 100);
  const std::vector<int> same = inseparable(history, evidence, belief.likeliest(), among);
  if (const double confidence = mass(belief, same); confidence >= options.confidence)
    return Verdict{.kind = same.size() == 1 ? Verdict::Kind::culprit : Verdict::Kind::range,
                   .culprit = same.size() == 1 ? same.front() : -1,
                   .candidates = same,
                   .confidence = confidence,
                   .why = {}};
  Probe probe = most_informative(history, evidence, options, belief);
  if (spent || probe.bits <= 0)
    return Verdict{.kind = Verdict::Kind::unresolved,
                   .candidates = likely,
                   .confidence = mass(belief, likely),
                   .why = spent ? "the budget of runs is spent" : "nothing that can be tested tells the candidates apart"};
  probe.aim = left.size() == 1 ? Probe::Aim::confirm : Probe::Aim::weigh;
  probe.candidates = static_cast<int>(likely.size());
  return probe;
}

std::vector<int> wanted_after(const History& history, const Evidence& evidence, const SearchOptions& options, int commit) {
  std::vector<int> out;
  for (const bool failed : {true, false}) {
    Evidence then = evidence;
    then.saw(commit, failed);
    const Next step = next(history, then, options);
    if (const Probe* probe = std::get_if<Probe>(&step); probe != nullptr && probe->commit != commit &&
                                                        std::ranges::find(out, probe->commit) == out.end())
      out.push_back(probe->commit);
  }
  return out;
}

}  // namespace bisect
