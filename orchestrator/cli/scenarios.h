// SPDX-License-Identifier: Apache-2.0
// Scenario files named on the command line, loaded; all mistakes of all files together.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "cli/command.h"
#include "model/scenario.h"

namespace cli {

using Scenarios = std::vector<std::shared_ptr<const model::Scenario>>;

// Throws UserError. A name without a path, as `smoke`, means scenarios/smoke.yaml of the checkout.
Scenarios load_scenarios(const Session& session, const std::vector<std::string>& names);

// Every scenario the checkout ships.
std::vector<std::string> shipped_scenarios(const Session& session);

}  // namespace cli
