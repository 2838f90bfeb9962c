// SPDX-License-Identifier: Apache-2.0
// The tables of `vmlab list`.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "model/machine.h"
#include "model/scenario.h"
#include "report/layout.h"
#include "store/store.h"

namespace report {

// Columns as wide as their widest cell, two blanks apart; the last is cut at the terminal's edge.
std::string table(const std::vector<std::vector<std::string>>& rows_with_head,
                  const TerminalOptions& options);

std::string runs_table(std::span<const store::RunSummary> runs, const TerminalOptions& options);
std::string machines_table(std::span<const model::Machine> machines,
                           const TerminalOptions& options);
// Every test of the scenarios with its program, limit, needs and where it is declared unfit.
std::string tests_table(std::span<const model::Scenario> scenarios, const TerminalOptions& options);
std::string scenarios_table(std::span<const model::Scenario> scenarios,
                            const TerminalOptions& options);

}  // namespace report
