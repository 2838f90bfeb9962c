// SPDX-License-Identifier: Apache-2.0
#include "report/view.h"

#include "compare/verdict.h"

namespace report {

RunView view_of(store::LoadedRun loaded, std::span<const model::KnownFailure> known,
                std::string_view today) {
  RunView view{.run = std::move(loaded.run),
               .state = loaded.state,
               .settled = {},
               .notes = {},
               .remarks = {}};
  view.settled = compare::settle(view.run, view.state != store::RunState::running);
  view.notes = compare::apply_known_failures(view.settled, known, today);
  return view;
}

int exit_code(const RunView& view) { return compare::exit_code(view.settled); }

}  // namespace report
