// SPDX-License-Identifier: Apache-2.0
// Compiler warnings that a series adds. Private to the room.
#pragma once
#include <string>
#include <vector>

#include "compare/series.h"

namespace compare {

// Builds are incremental: a log has the warnings of what was made, not of the kernel. A warning counts as new where an
// earlier build made the same object without it, or where the step changes the file.
std::vector<Finding> new_warnings(const std::string& machine, const std::vector<SeriesStep>& steps);

}  // namespace compare
