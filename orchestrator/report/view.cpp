// SPDX-License-Identifier: Apache-2.0
#include "report/view.h"

#include <algorithm>
#include <set>

#include "compare/verdict.h"

namespace report {

RunView view_of(store::LoadedRun loaded, std::span<const model::KnownFailure> known,
                std::string_view today, std::span<const compare::ExpectationSet> expected) {
  RunView view{.run = std::move(loaded.run),
               .state = loaded.state,
               .settled = {},
               .notes = {},
               .expectations = {},
               .remarks = {}};
  view.settled = compare::settle(view.run, view.state != store::RunState::running);
  view.notes = compare::apply_known_failures(view.settled, known, today);
  view.expectations = compare::check_expectations(view.run, view.settled, expected);
  return view;
}

int exit_code(const RunView& view) {
  if (view.expectations.empty()) return compare::exit_code(view.settled);
  const int expected = compare::expectation_code(view.expectations);
  // What the expectations are not about is judged as always.
  std::set<compare::TestKey> checked;
  for (const auto& one : view.expectations) checked.insert({one.column, one.test});
  compare::Settled rest = view.settled;
  std::erase_if(rest.cases, [&](const auto& c) { return checked.contains({c.column, c.result.test}); });
  std::erase_if(rest.ran_nothing, [&](const auto& key) { return checked.contains(key); });
  const int others = rest.cases.empty() ? 0 : compare::exit_code(rest);
  return expected == 1 || others == 1 ? 1 : std::max(expected, others);
}

}  // namespace report
