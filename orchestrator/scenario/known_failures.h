// SPDX-License-Identifier: Apache-2.0
// Reading known failures: reviewed data about tests that fail for a known reason. They are applied when
// reporting (compare/known_failures.h), to what the store keeps raw. A reason and a day of expiry are mandatory
// and a crash cannot be entered.
#pragma once
#include <expected>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/file.h"
#include "model/scenario.h"

namespace scenario {

// A file of its own: `known_failures: [...]`, each entry as in a scenario.
std::expected<std::vector<model::KnownFailure>, base::Diagnostics> load_known_failures(const base::fs::path& path);
std::expected<std::vector<model::KnownFailure>, base::Diagnostics> parse_known_failures(std::string_view text,
                                                                                        const std::string& file);

}  // namespace scenario
