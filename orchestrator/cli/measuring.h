// SPDX-License-Identifier: Apache-2.0
// A run that only measures: the benchmarks of a scenario on one kernel, for `ab` and for the bisection of a metric.
#pragma once
#include <string>

#include "cli/run_options.h"

namespace cli {

// The scenario's benchmarks alone, each side's boots told by `options.seeds` (instruction clock) or `boots` (wall clock).
// `kernel`: SRC[+FILE..]; empty: the scenario's. Throws UserError when nothing of it measures anything.
lab::RunRequest measuring_request(const Session& session, RunOptions options, const std::string& kernel, int boots);

bool is_exact(const lab::RunRequest& request);

// Of the seeds asked for, for each placebo kernel: what moves is the layout, which no seed changes.
inline constexpr int kPlaceboSeeds = 2;
inline constexpr int kPlacebos = 8;

}  // namespace cli
