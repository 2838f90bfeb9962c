// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "cli/command.h"

namespace cli {

// Reads a stored command line ("vmlab run 'a b.yaml' --seed 7") again. `add_options` is called with the name of its
// command and returns false when that is none of those expected; the old command's own output does not count here.
// Throws InfraError, with `what` ("that run") in its words, when the line cannot be read.
void parse_stored_command(Session& session, const std::string& command_line, const std::string& what,
                          const std::function<bool(CLI::App& command, const std::string& name)>& add_options);

}  // namespace cli
