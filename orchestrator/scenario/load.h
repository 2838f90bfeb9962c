// SPDX-License-Identifier: Apache-2.0
// A scenario file to model::Scenario. scenarios/README.md is the reference of the format.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "base/file.h"
#include "model/scenario.h"

namespace scenario {

struct LoadOptions {
  // Folder with the kernel config fragments, images/config. Empty: fragment names are taken as they are.
  base::fs::path fragments;
};

// All mistakes of the file come back together, in its order. Paths inside the file (patches, trees, known
// failures) are relative to the file and come out joined with its folder.
std::expected<model::Scenario, base::Diagnostics> load_scenario(const base::fs::path& path,
                                                                const LoadOptions& options = {});

// The same for text at hand; `file` is its name in messages and the base of relative paths.
std::expected<model::Scenario, base::Diagnostics> parse_scenario(std::string_view text, const std::string& file,
                                                                 const LoadOptions& options = {});

}  // namespace scenario
