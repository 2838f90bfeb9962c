// SPDX-License-Identifier: Apache-2.0
#include "bisect/synthetic.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "bisect/information.h"

namespace bisect {
namespace {

std::size_t at(int commit) { return static_cast<std::size_t>(commit); }

int below(stats::Random& random, int n) { return static_cast<int>(random.below(static_cast<std::uint64_t>(n))); }

// Grows heads and merges them again; `merging`: how often. The last commit merges whatever heads are left.
History grow(stats::Random& random, int size, double forking, double merging) {
  std::vector<std::vector<int>> parents{{}};
  std::vector<int> heads{0};
  while (static_cast<int>(parents.size()) < size) {
    const int commit = static_cast<int>(parents.size());
    const int head = below(random, static_cast<int>(heads.size()));
    if (heads.size() > 1 && random.uniform() < merging) {
      int other = below(random, static_cast<int>(heads.size()) - 1);
      if (other >= head) ++other;
      parents.push_back({heads[at(head)], heads[at(other)]});
      heads[at(head)] = commit;
      heads.erase(heads.begin() + other);
    } else if (random.uniform() < forking) {
      parents.push_back({below(random, commit)});
      std::erase(heads, parents.back().front());
      heads.push_back(commit);
    } else {
      parents.push_back({heads[at(head)]});
      heads[at(head)] = commit;
    }
  }
  while (heads.size() > 1) {
    const int one = heads.back();
    heads.pop_back();
    parents.push_back({heads.back(), one});
    heads.back() = static_cast<int>(parents.size()) - 1;
  }
  return History(std::move(parents));
}

History shaped(stats::Random& random, Shape shape, int size) {
  switch (shape) {
    case Shape::line: return History::linear(size);
    case Shape::branches: return grow(random, size, 0.1, 0.1);
    case Shape::merges_of_merges: return grow(random, size, 0.3, 0.4);
  }
  return History::linear(size);
}

}  // namespace

Synthetic make_synthetic(std::uint64_t seed, const SyntheticRules& rules) {
  stats::Random random(seed);
  Synthetic out;
  out.shape = static_cast<Shape>(random.below(3));
  const int size = static_cast<int>(8 * std::exp2(random.uniform() * 5));  // 8 to 256, small ones as often as large
  out.history = shaped(random, out.shape, size);
  const int n = out.history.size();
  out.kernel.resize(at(n));
  for (int commit = 0; commit < n; ++commit) {
    const bool same = rules.noise && out.history.parents(commit).size() == 1 && random.uniform() < 0.15;
    out.kernel[at(commit)] = same ? out.kernel[at(out.history.parents(commit).front())] : commit;
  }
  do out.culprit = below(random, n);
  while (out.kernel[at(out.culprit)] != out.culprit);  // what changes nothing breaks nothing
  out.contains_culprit = out.history.descendants(out.culprit);
  out.untestable.resize(at(n));
  if (rules.untestable)
    for (int stretches = 1 + below(random, 3); stretches > 0; --stretches) {
      const int first = below(random, n), length = 1 + below(random, std::max(1, n / 8));
      for (int commit = first; commit < std::min(n - 1, first + length); ++commit) out.untestable[at(commit)] = true;
    }
  if (rules.flaky) {
    // One side flakes, or the other, or both.
    const std::uint64_t sides = random.below(3);
    if (sides != 0) out.bad_rate = 1 - 0.4 * random.uniform();
    if (sides != 1) out.good_rate = 0.4 * random.uniform();
  }
  if (rules.noise) out.infra_rate = 0.05;
  return out;
}

Searched search_synthetic(const Synthetic& synthetic, const SearchOptions& options, stats::Random& random) {
  Searched out;
  Evidence evidence;
  std::map<int, int> built{};  // kernel -> the commit that had it first
  while (true) {
    Next step = next(synthetic.history, evidence, options);
    if (auto* verdict = std::get_if<Verdict>(&step)) {
      out.verdict = std::move(*verdict);
      out.right = std::ranges::find(out.verdict.candidates, synthetic.culprit) != out.verdict.candidates.end() &&
                  out.verdict.kind != Verdict::Kind::unresolved;
      return out;
    }
    const Probe& probe = std::get<Probe>(step);
    if (random.uniform() < synthetic.infra_rate) {
      ++out.infra;
      continue;
    }
    if (probe.commit == kGoodEnd) {
      ++out.runs;
      ++(random.uniform() < synthetic.good_rate ? evidence.good_end.failed : evidence.good_end.passed);
      continue;
    }
    if (!synthetic.untestable[at(probe.commit)]) {
      const auto [first, fresh] = built.emplace(synthetic.kernel[at(probe.commit)], probe.commit);
      if (!fresh && first->second != probe.commit &&
          std::ranges::find(evidence.same, std::pair(first->second, probe.commit)) == evidence.same.end()) {
        evidence.same.emplace_back(first->second, probe.commit);
        ++out.reused;
        continue;
      }
    }
    ++out.runs;
    if (probe.aim == Probe::Aim::confirm) ++out.confirming;
    if (synthetic.untestable[at(probe.commit)]) evidence.untestable.insert(probe.commit);
    else
      evidence.saw(probe.commit, random.uniform() < (synthetic.contains_culprit[at(probe.commit)] ? synthetic.bad_rate
                                                                                                  : synthetic.good_rate));
  }
}

double least_runs(const Synthetic& synthetic, double confidence) {
  double capacity = 0;
  for (int i = 1; i < 200; ++i) capacity = std::max(capacity, information(i / 200.0, synthetic.bad_rate, synthetic.good_rate));
  // Fano: a guess that is right with `confidence` needs this much of the log2(n) bits.
  const double n = synthetic.history.size();
  return std::max(0.0, std::log2(n) - entropy(confidence) - (1 - confidence) * std::log2(std::max(1.0, n - 1))) / capacity;
}

}  // namespace bisect
