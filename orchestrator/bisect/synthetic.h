// SPDX-License-Identifier: Apache-2.0
// Histories with a known culprit, and what testing them would show: what the search is measured with.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "bisect/search.h"
#include "stats/random.h"

namespace bisect {

enum class Shape { line, branches, merges_of_merges };

struct Synthetic {
  Shape shape = Shape::line;
  History history = History::linear(1);
  int culprit = 0;
  std::vector<bool> contains_culprit;
  std::vector<bool> untestable;
  std::vector<int> kernel;   // commits of one number give the same bytes
  double bad_rate = 1, good_rate = 0;  // share of runs that fail with the culprit and without
  double infra_rate = 0;               // share of runs that the host takes

  bool flaky() const { return bad_rate < 1 || good_rate > 0; }
};

struct SyntheticRules {
  bool flaky = false;       // rates of 0 to 40% on either side
  bool untestable = false;  // stretches of it
  bool noise = false;       // runs taken by the host, commits that change nothing
};

// The same seed, the same history.
Synthetic make_synthetic(std::uint64_t seed, const SyntheticRules& rules);

// A search carried out on it. `infra` runs decide nothing and are made again.
struct Searched {
  Verdict verdict;
  int runs = 0;      // that gave a verdict, good, bad or untestable
  int confirming = 0;  // of them: made when one candidate was left
  int reused = 0;    // verdicts that the same bytes had given before
  int infra = 0;
  bool right = false;  // the culprit, or a range that holds it
};
Searched search_synthetic(const Synthetic& synthetic, const SearchOptions& options, stats::Random& random);

// What no search can do without: bits to find one of n, over bits a run can tell (the capacity of a channel that says
// "fails" with one of the two rates).
double least_runs(const Synthetic& synthetic, double confidence);

}  // namespace bisect
