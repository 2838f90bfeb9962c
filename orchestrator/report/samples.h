// SPDX-License-Identifier: Apache-2.0
// `vmlab compare --samples`: a comparison of samples as a table for people, as JSON (the contract's
// form), and as a page.
#pragma once
#include <string>

#include "compare/samples/metric.h"
#include "report/layout.h"

namespace report {

std::string samples_text(const compare::SampleComparison& comparison,
                         const TerminalOptions& options);
// One object on one line and a newline; results/README.md is the reference.
std::string samples_json(const compare::SampleComparison& comparison);
// One self-contained HTML file: no scripts, nothing from elsewhere, readable in light and dark.
std::string samples_page(const compare::SampleComparison& comparison);

// Shared by them. A measured value: five digits that count, exact counts whole.
std::string measured(double v, bool exact);
// "1 regressed, 3 unchanged"; "level 1%, p corrected for 30 metrics (Benjamini-Hochberg)".
std::string verdict_counts(const compare::SampleComparison& comparison);
std::string terms(const compare::SampleComparison& comparison);

}  // namespace report
