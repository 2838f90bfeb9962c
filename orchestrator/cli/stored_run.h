// SPDX-License-Identifier: Apache-2.0
// A run out of the store, ready to be shown: known failures read and applied.
#pragma once
#include <string>

#include "cli/command.h"
#include "report/view.h"

namespace cli {

// `which` is a RUN argument. Unknown runs are the user's error. The known failures are those of the scenario
// files the run names, where they still exist, and scenarios/known-failures.yaml.
report::RunView load_view(const Session& session, const store::Store& store, const std::string& which);

std::vector<model::KnownFailure> known_failures(const Session& session);

}  // namespace cli
