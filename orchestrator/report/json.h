// SPDX-License-Identifier: Apache-2.0
// JSON for programs; results/README.md is the reference of every format. Each text ends in a
// newline.
#pragma once
#include <span>
#include <string>

#include "compare/comparison.h"
#include "report/view.h"

namespace report {

struct AbReport;

std::string run_json(const RunView& view);
std::string runs_json(std::span<const store::RunSummary> runs);
// With `measured`, what benchmarks of both runs say stands under that key.
std::string comparison_json(const compare::Comparison& comparison, const AbReport* measured = nullptr);

}  // namespace report
