// SPDX-License-Identifier: Apache-2.0
#include "compare/verdict.h"

#include <algorithm>
#include <map>

namespace compare {

using model::Outcome;

model::OutcomeCounts count(const Settled& run) {
  model::OutcomeCounts counts;
  for (const Case& c : run.cases) counts.add(c.outcome);
  return counts;
}

std::size_t cases_that_ran(const Settled& run) {
  return static_cast<std::size_t>(
      std::ranges::count_if(run.cases, [](const Case& c) { return ran(c.outcome); }));
}

std::vector<TestKey> mostly_unfit(const Settled& run) {
  struct Seen {
    int ran = 0, unfit = 0;
  };
  std::map<TestKey, Seen> seen;
  for (const Case& c : run.cases) {
    Seen& test = seen[{c.column, c.result.test}];
    if (ran(c.outcome)) ++test.ran;
    if (c.outcome == Outcome::unfit) ++test.unfit;
  }
  std::vector<TestKey> out;
  for (const auto& [key, test] : seen)
    if (test.ran > 0 && test.unfit > test.ran) out.push_back(key);
  return out;
}

int exit_code(const Settled& run) {
  const auto counts = count(run);
  if (counts.any_bad() || !run.ran_nothing.empty()) return 1;
  if (counts.of(Outcome::infra) > 0) return 3;
  return run.cases.empty() ? 1 : 0;
}

int git_bisect_code(const Settled& run) {
  const auto counts = count(run);
  auto bad = counts;
  bad.counts[static_cast<std::size_t>(Outcome::build_fail)] = 0;
  if (bad.any_bad()) return 1;
  if (counts.of(Outcome::build_fail) > 0) return 125;
  if (counts.of(Outcome::infra) > 0) return 255;
  return cases_that_ran(run) == 0 || !run.ran_nothing.empty() ? 125 : 0;
}

}  // namespace compare
