// SPDX-License-Identifier: Apache-2.0
// `vmlab compare A B` for people: worst changes first, cases that changed in the same way on
// several machines as one line, a count of everything.
#pragma once
#include <string>

#include "compare/comparison.h"
#include "report/layout.h"

namespace report {

std::string comparison_text(const compare::Comparison& comparison, const TerminalOptions& options);

}  // namespace report
