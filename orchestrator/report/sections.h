// SPDX-License-Identifier: Apache-2.0
// The parts of terminal_text(). Each is empty when it has nothing to say, else ends in a newline.
// Only this room includes it.
#pragma once
#include <map>
#include <string>

#include "report/layout.h"
#include "report/view.h"

namespace report {

Colour colour_of(model::Outcome outcome);

// Why things did not run: a letter for each reason, used in the matrix and spelled out below it.
using ReasonMarks = std::map<std::string, std::string>;
ReasonMarks reason_marks(const RunView& view);

std::string bad_section(const RunView& view, const TerminalOptions& options);
std::string matrix_section(const RunView& view, const ReasonMarks& marks,
                           const TerminalOptions& options);
std::string not_run_section(const RunView& view, const ReasonMarks& marks,
                            const TerminalOptions& options);
// Kernel lines that tests announced and caused.
std::string announced_section(const RunView& view, const TerminalOptions& options);
// Guests that were copies of frozen ones, and what checking a share of them gave.
std::string guests_section(const RunView& view, const TerminalOptions& options);
// What benchmarks measured.
std::string measured_section(const RunView& view, const TerminalOptions& options);
// What kernels that are bad on purpose were to do, and did.
std::string expectations_section(const RunView& view, const TerminalOptions& options);
std::string news_section(const RunView& view, const TerminalOptions& options);

}  // namespace report
