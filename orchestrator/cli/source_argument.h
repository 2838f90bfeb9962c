// SPDX-License-Identifier: Apache-2.0
// SRC[+FILE...] of the command line.
#pragma once
#include <string>
#include <vector>

#include "model/source.h"

namespace cli {

struct SourceArgument {
  model::SourceRef source;
  std::vector<std::string> patches;
};

// Throws UserError with what would be right.
SourceArgument parse_source_argument(const std::string& text);

}  // namespace cli
