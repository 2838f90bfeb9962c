// SPDX-License-Identifier: Apache-2.0
#include "cli/stored_run.h"

#include <algorithm>

#include "compare/known_failures.h"
#include "lab/request_note.h"
#include "scenario/known_failures.h"
#include "scenario/load.h"

namespace cli {

std::vector<model::KnownFailure> known_failures(const Session& session) {
  const base::fs::path path = session.checkout() / "scenarios" / "known-failures.yaml";
  std::error_code error;
  if (!base::fs::exists(path, error)) return {};
  auto entries = scenario::load_known_failures(path);
  if (!entries) throw base::UserError{entries.error()};
  return std::move(*entries);
}

namespace {

// Those of a scenario that is still there and still right; a report needs no more of it.
void add_known_failures(const std::string& file, std::vector<model::KnownFailure>& known) {
  std::error_code error;
  if (!base::fs::exists(file, error)) return;
  const auto scenario = scenario::load_scenario(file, {});
  if (!scenario) return;
  // A scenario may name the shared file, which is read already.
  for (const model::KnownFailure& entry : scenario->known_failures) {
    const auto same = [&](const model::KnownFailure& other) {
      return other.test == entry.test && other.machine == entry.machine && other.reason == entry.reason;
    };
    if (std::ranges::none_of(known, same)) known.push_back(entry);
  }
}

}  // namespace

report::RunView load_view(const Session& session, const store::Store& store, const std::string& which) {
  auto loaded = store.load_run(which);
  if (!loaded) user_error(loaded.error().message, loaded.error().hint);
  std::vector<model::KnownFailure> known = known_failures(session);
  std::vector<model::ExpectationSet> expects;
  if (auto note = lab::read_note(store.run_directory(loaded->run.id))) {
    expects = std::move(note->expects);
    for (const std::string& file : note->scenario_files) add_known_failures(file, known);
  }
  return report::view_of(std::move(*loaded), known, compare::today_utc(), expects);
}

}  // namespace cli
