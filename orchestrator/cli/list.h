// SPDX-License-Identifier: Apache-2.0
// The longer parts of `vmlab list`, each in a file of its own.
#pragma once
#include <string>
#include <vector>

#include "cli/command.h"

namespace cli {

void list_kernels(const Session& session);
// Of each machine those of the kernel that was measured last.
void list_bands(const Session& session);
// `scenarios`: files or names; empty: all that are shipped. `machines`: ids or globs; empty: no word about machines.
void list_tests(const Session& session, const std::vector<std::string>& scenarios,
                const std::vector<std::string>& machines);

}  // namespace cli
