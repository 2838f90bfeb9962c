// SPDX-License-Identifier: Apache-2.0
// Before and after of one change, measured by runs of ours: the table of samples, and what stands beside it.
#pragma once
#include <string>

#include "compare/samples/from_runs.h"
#include "report/samples.h"

namespace report {

struct AbReport {
  compare::PairedRuns runs;
  compare::SampleComparison comparison;  // of runs.file
  std::string before_run, after_run;     // in the store
  std::vector<std::string> remarks;      // on how the bands came to be, and the like
};

// Pairs the runs' samples and judges them: boots of both are independent of each other.
AbReport ab_report(const model::Run& before, const model::Run& after, const compare::BandOf& band);

std::string ab_text(const AbReport& report, const TerminalOptions& options);
// samples_json() with the keys `runs`, `counters`, `unpaired`, `inexact` and `remarks` added.
std::string ab_json(const AbReport& report);

}  // namespace report
