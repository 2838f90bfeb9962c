// SPDX-License-Identifier: Apache-2.0
// From what a benchmark printed, and what the kernel counted meanwhile, to samples.
#pragma once
#include <string_view>
#include <vector>

#include "ktap/report.h"
#include "model/run.h"
#include "runner/verdicts.h"

namespace runner {

// /proc/vmstat before and after a test; guest text.
struct VmstatAround {
  std::string before, after;
};

// The values of each metric in the order they were measured, then an exact counter for each event of /proc/vmstat that
// happened meanwhile, set-up included: "fault-anon: vmstat pgfault". `test` is "bench/fault-anon". What vmstat calls a
// state (nr_*, *_nr, workingset_nodes and the like) is no event and left out.
std::vector<model::Sample> samples_of(const ktap::Report& report, std::string_view test, const VmstatAround& vmstat,
                                      const ResultFrame& frame);

}  // namespace runner
