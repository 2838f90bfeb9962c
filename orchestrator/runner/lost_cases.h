// SPDX-License-Identifier: Apache-2.0
// The cases that a test planned and never reported, as results of their own: `missing`, or `infra` when the host
// took them.
//
// Their names are not known, all but that of a case which had announced itself. The others are called by their
// place in the plan, "mm/cow/(planned case 5)": the same crash at the same case gives the same ids again, and two
// runs pair up although their plans differ in length.
#pragma once
#include <vector>

#include "ktap/report.h"
#include "model/outcome.h"

namespace runner {

struct LostCase {
  std::string id;
  std::string reason;
};

// At most kMostLost; the last one then stands for the rest and says for how many. A guest may plan any number.
inline constexpr std::size_t kMostLost = 1000;
std::vector<LostCase> lost_cases(const std::string& test, const ktap::Report& report);

// "66 of 70 planned cases never reported": the reason of each, so that a reader sees them as one thing.
std::string lost_text(const ktap::Report& report);

}  // namespace runner
