// SPDX-License-Identifier: Apache-2.0
// From the raw rows of a run to one outcome per test case and column: retries merged, unreported
// tests turned into `missing`. Pure; the store's rows stay as they are.
#pragma once
// Before `namespace compare` exists: fmt 9 calls an unqualified compare() in its templates.
#include <fmt/format.h>

#include <compare>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/run.h"

namespace compare {

// One test case on one column.
struct Case {
  model::CaseResult result;                          // the row that decides; its outcome is raw
  model::Outcome outcome = model::Outcome::missing;  // after known failures, see known_failures.h
  std::string column;
  std::string selftests;  // SRC of the selftests it is of
  int attempts = 1;      // that had a say: of the case, or of its whole test where the result is about that
  int bad_attempts = 0;  // 1 of 5: flaky; 3 of 3: solid
  std::string note;      // why a known failure applies: its reason and link
};

// A test of one column.
struct TestKey {
  std::string column;
  std::string test;
  auto operator<=>(const TestKey&) const = default;
};

struct Settled {
  std::string run;
  std::vector<std::string> columns;  // in the order of the machine table
  std::vector<std::string> tests;    // in the order of the plan
  std::vector<Case> cases;           // by test, then column, then as they were reported
  // Planned tests of which every case was a SKIP, without the scenario having said so: bad, because
  // nothing is green that did not run.
  std::vector<TestKey> ran_nothing;
  std::vector<TestKey> pending;  // planned and not reported yet, while the run goes on
};

// "fails 3/3", "flaky 1/3"; empty when there was one attempt, or none was bad.
std::string rate_text(const Case& c);

// A column is a machine, or "machine kernel-version" when the run has several kernels there.
std::map<std::string, std::string> columns_of_jobs(const model::Run& run);

// The first attempt that gave a verdict decides; later ones only make the rate. Rows of `infra`
// are dropped when the same test has an attempt that the host left alone. With `over`, planned tests without
// any row are `missing`; without it they are pending.
Settled settle(const model::Run& run, bool over = true);

// Whether the case was executed: any outcome but skip, unfit, missing, infra, build_fail and
// boot_fail.
bool ran(model::Outcome outcome);

}  // namespace compare
