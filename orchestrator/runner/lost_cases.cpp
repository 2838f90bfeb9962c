// SPDX-License-Identifier: Apache-2.0
#include "runner/lost_cases.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/case_id.h"

namespace runner {

std::string lost_text(const ktap::Report& report) {
  return fmt::format("{} of {} planned cases never reported", report.lost,
                     report.planned.value_or(report.reported + report.lost));
}

std::vector<LostCase> lost_cases(const std::string& test, const ktap::Report& report) {
  std::vector<LostCase> lost;
  if (report.lost == 0) return lost;
  const std::string reason = lost_text(report);
  const std::size_t first = report.reported + 1;
  const std::size_t rows = std::min(report.lost, kMostLost);
  for (std::size_t i = 0; i < rows; ++i) {
    const bool named = i == 0 && report.started.has_value();
    lost.push_back({named ? test + "/" + *report.started : model::planned_case_id(test, first + i),
                    named ? "it had started; " + reason : reason});
  }
  if (rows < report.lost) {
    const std::size_t rest = report.lost - rows + 1;
    lost.back() = {model::planned_cases_id(test, first + rows - 1),
                   fmt::format("{}; this one stands for {} of them", reason, rest)};
  }
  return lost;
}

}  // namespace runner
