// SPDX-License-Identifier: Apache-2.0
// What a disturbed run may say, given what the undisturbed one said. Pure.
//
//   Every attempt of a test either says exactly what the undisturbed run says of it (a crash may have taken other rows
//   of its test along), or it has a row `infra`, and
//   its other rows are some of those. No test is without any row, and none has two attempts that came to a verdict.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "campaign/fault.h"
#include "model/run.h"

namespace campaign {

// Test -> its rows {id, outcome}, sorted; of one attempt.
using Truth = std::map<std::string, std::vector<std::pair<std::string, model::Outcome>>>;

// Of a run in which nothing went wrong.
Truth truth_of(std::span<const model::CaseResult> results);

struct Rules {
  bool must_recover = true;  // the fault passes: each test comes to its verdict in the end
  bool no_infra = false;     // the fault is no reason to give up anything: first attempts only
  // The fault lasted as long as the hurt call: what that gave up is taken up by --resume.
  bool lasting = false;
  // Where the fault is one that a guest makes of itself (it reset), these tests may have crashed by it.
  std::set<std::string> may_crash = {};
};

// Whether a test has no row, or only attempts that the host took.
bool gave_up(const Truth& truth, std::span<const model::CaseResult> results);

// right, infra or wrong, and why.
Seen judge(const Truth& truth, std::span<const model::CaseResult> results, const Rules& rules);

}  // namespace campaign
