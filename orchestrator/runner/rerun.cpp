// SPDX-License-Identifier: Apache-2.0
#include "runner/rerun.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "model/known_failure.h"

namespace runner {
namespace {

using model::CaseResult;
using model::Outcome;

bool is_known(const CaseResult& result, const RerunRules& rules) {
  return std::ranges::any_of(rules.known, [&](const model::KnownFailure& entry) {
    return !expired(entry, rules.today) && covers(entry, result, rules.selftests) && waives(entry, result.outcome);
  });
}

bool is_expected(std::span<const CaseResult> results, const RerunRules& rules) {
  model::OutcomeCounts counts;
  for (const CaseResult& result : results) counts.add(result.outcome);
  for (const model::Expectation& expected : std::views::reverse(rules.expects))
    if (base::glob_match(expected.test, results.front().test) && base::glob_match(expected.machine, results.front().machine))
      return counts.merged() == model::outcome_from(expected.outcome);
  return false;
}

}  // namespace

bool worth_rerunning(std::span<const CaseResult> results, const RerunRules& rules) {
  if (rules.retries <= 0 || results.empty() || is_expected(results, rules)) return false;
  // Cases that a known failure of the whole test took along are known too.
  const bool whole_is_known = std::ranges::any_of(
      results, [&](const CaseResult& result) { return result.id == result.test && is_known(result, rules); });
  return std::ranges::any_of(results, [&](const CaseResult& result) {
    switch (result.outcome) {
      case Outcome::missing: return !whole_is_known && !is_known(result, rules);
      case Outcome::fail:
      case Outcome::crash:
      case Outcome::hang: return !is_known(result, rules);
      default: return false;
    }
  });
}

}  // namespace runner
