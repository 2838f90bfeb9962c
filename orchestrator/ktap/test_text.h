// SPDX-License-Identifier: Apache-2.0
// For tests: a report as one readable line.
#pragma once
#include <string>
#include <string_view>

#include "fmt/format.h"
#include "ktap/parser.h"

namespace ktap {

// "pass a; fail b=why" of a whole text.
inline std::string brief(const Report& report) {
  std::string out;
  for (const auto& result : report.cases) {
    if (!out.empty()) out += "; ";
    out += fmt::format("{} {}", model::to_string(result.outcome), result.id);
    if (result.reason) out += "=" + *result.reason;
  }
  return out;
}
inline std::string brief(std::string_view text) { return brief(parse(text)); }
inline std::string brief(std::string_view text, ProcessEnd end) {
  return brief(parse(text, end, "mm/t"));
}

}  // namespace ktap
