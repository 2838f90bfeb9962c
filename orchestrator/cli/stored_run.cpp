// SPDX-License-Identifier: Apache-2.0
#include "cli/stored_run.h"

#include "compare/known_failures.h"
#include "scenario/known_failures.h"

namespace cli {

std::vector<model::KnownFailure> known_failures(const Session& session) {
  const base::fs::path path = session.root / "scenarios" / "known-failures.yaml";
  std::error_code error;
  if (!base::fs::exists(path, error)) return {};
  auto entries = scenario::load_known_failures(path);
  if (!entries) throw base::UserError{entries.error()};
  return std::move(*entries);
}

report::RunView load_view(const Session& session, const store::Store& store, const std::string& which) {
  auto loaded = store.load_run(which);
  if (!loaded) user_error(loaded.error().message, loaded.error().hint);
  return report::view_of(std::move(*loaded), known_failures(session), compare::today_utc());
}

}  // namespace cli
