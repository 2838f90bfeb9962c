// SPDX-License-Identifier: Apache-2.0
// What every report of a run is made from: the run, its settled outcomes with known failures
// applied.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compare/expectations.h"
#include "compare/known_failures.h"
#include "compare/settle.h"
#include "store/store.h"

namespace report {

struct RunView {
  model::Run run;
  store::RunState state = store::RunState::finished;
  compare::Settled settled;
  std::vector<compare::KnownNote> notes;
  std::vector<compare::CheckedExpectation> expectations;  // of kernels that are bad on purpose
  std::vector<std::string>
      remarks;  // what the lab has to say about the run as a whole, shown at its end
};

// `today` is YYYY-MM-DD, see compare::today_utc().
RunView view_of(store::LoadedRun loaded, std::span<const model::KnownFailure> known,
                std::string_view today, std::span<const compare::ExpectationSet> expected = {});

// Of a run whose scenario says what it expects: whether that is what was seen, see expectation_code(). Otherwise
// 0 nothing bad; 1 something bad, something planned that ran nothing, or nothing planned at all; 3
// infra only.
int exit_code(const RunView& view);

}  // namespace report
