// SPDX-License-Identifier: Apache-2.0
// "Everything run_vmtests.sh lists": the tree's own list, read from its script, as tests of a job.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "lab/artifact_source.h"
#include "scenario/select.h"

namespace lab {

// Adds the commands of the tree's run_vmtests.sh to job.tests and job.unfit. What the scenario says of a command
// wins; where it says nothing, the reviewed table of what each program needs fills in. Returns what the reader did
// not understand, one line each, for people: a line nobody reads is a test nobody runs. A category that the tree's
// script never names is the user's mistake.
std::expected<std::vector<std::string>, base::Diagnostic> expand_vmtests(scenario::JobRequest& job, const BuiltSelftests& selftests);

// Moves the tests of which `config`, the kernel's resolved .config, lacks an option to job.unfit.
void drop_without_config(scenario::JobRequest& job, std::string_view config);

}  // namespace lab
