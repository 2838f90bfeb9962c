// SPDX-License-Identifier: Apache-2.0
// A run for people: what is bad with the few lines that matter and the line that reproduces it, the
// matrix of tests and machines, what did not run and why, the counts and the verdict.
#pragma once
#include <string>

#include "report/layout.h"
#include "report/view.h"

namespace report {

std::string terminal_text(const RunView& view, const TerminalOptions& options);

// The verdict alone, one line without its newline: "BAD: 3 fail, 1 crash; 2,310 pass, 12 unfit".
std::string verdict_line(const RunView& view, const TerminalOptions& options);

}  // namespace report
