// SPDX-License-Identifier: Apache-2.0
#include "compare/expectations.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "base/text.h"

namespace compare {
namespace {

const ExpectationSet* set_of(const model::JobRecord& job, std::span<const ExpectationSet> sets) {
  for (const ExpectationSet& set : sets)
    if (set.kernel == job.kernel.source && set.patches == job.kernel.patches && set.selftests == job.selftests)
      return &set;
  return nullptr;
}

std::optional<model::Outcome> expected_of(const ExpectationSet& set, const std::string& test,
                                          const std::string& machine) {
  for (const model::Expectation& one : std::views::reverse(set.expects))
    if (base::glob_match(one.test, test) && base::glob_match(one.machine, machine))
      return model::outcome_from(one.outcome);
  return std::nullopt;
}

}  // namespace

std::vector<CheckedExpectation> check_expectations(const model::Run& run, const Settled& settled,
                                                   std::span<const ExpectationSet> sets) {
  std::map<std::string, const ExpectationSet*> of_job;
  for (const model::JobRecord& job : run.jobs) of_job[job.job] = set_of(job, sets);
  std::set<std::tuple<std::string, std::string>> declared_unfit;  // job, test
  for (const model::Planned& planned : run.planned)
    if (planned.unfit) declared_unfit.emplace(planned.job, planned.test);

  struct Seen {
    model::OutcomeCounts counts;
    const ExpectationSet* set = nullptr;
    std::string machine;
  };
  std::vector<TestKey> order;
  std::map<TestKey, Seen> seen;
  for (const Case& c : settled.cases) {
    const auto set = of_job.find(c.result.job);
    if (set == of_job.end() || set->second == nullptr || declared_unfit.contains({c.result.job, c.result.test})) continue;
    const auto [at, added] = seen.try_emplace({c.column, c.result.test});
    if (added) order.push_back(at->first);
    at->second.counts.add(c.result.outcome);
    at->second.set = set->second;
    at->second.machine = c.result.machine;
  }
  std::vector<CheckedExpectation> checked;
  for (const TestKey& key : order) {
    const Seen& one = seen.at(key);
    CheckedExpectation check{.column = key.column,
                             .test = key.test,
                             .expected = expected_of(*one.set, key.test, one.machine),
                             .seen = one.counts.merged().value_or(model::Outcome::missing)};
    check.met = check.expected ? check.seen == *check.expected
                               : verdict_of(check.seen) != model::Verdict::bad && check.seen != model::Outcome::infra;
    checked.push_back(std::move(check));
  }
  return checked;
}

int expectation_code(std::span<const CheckedExpectation> checked) {
  int code = 0;
  for (const CheckedExpectation& one : checked) {
    if (one.met) continue;
    if (one.seen != model::Outcome::infra) return 1;
    code = 3;
  }
  return code;
}

}  // namespace compare
