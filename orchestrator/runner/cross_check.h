// SPDX-License-Identifier: Apache-2.0
// Whether a test came out the same in a copy of a frozen guest and in one that was booted: copies are trusted
// because a share of their results is compared.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "model/run.h"

namespace runner {

// Nothing when every case has the same outcome in both; otherwise the first few that do not, as one text.
std::optional<std::string> difference(std::span<const model::CaseResult> in_copy,
                                      std::span<const model::CaseResult> in_booted);

}  // namespace runner
