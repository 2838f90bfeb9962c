// SPDX-License-Identifier: Apache-2.0
// Checks the runs of kernels that are bad on purpose: does the lab make of each test what the scenario's `expects`
// says? Raw outcomes count, known failures or not.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compare/settle.h"
#include "model/expectation_set.h"

namespace compare {

using model::ExpectationSet;

struct CheckedExpectation {
  std::string column, test;
  std::optional<model::Outcome> expected;  // nullopt: none is written down, so it must not be bad
  model::Outcome seen = model::Outcome::missing;
  bool met = false;
};

// One entry for each test of each column that a set is about, in the order of the run. Tests which the scenario
// itself declares unfit there are left out. A set that is about no job of the run gives nothing.
std::vector<CheckedExpectation> check_expectations(const model::Run& run, const Settled& settled,
                                                   std::span<const ExpectationSet> sets);

// 0 all met; 1 not; 3 only the host's trouble stands in the way.
int expectation_code(std::span<const CheckedExpectation> checked);

}  // namespace compare
