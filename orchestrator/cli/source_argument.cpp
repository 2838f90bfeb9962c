// SPDX-License-Identifier: Apache-2.0
#include "cli/source_argument.h"

#include "cli/command.h"

namespace cli {

SourceArgument parse_source_argument(const std::string& text) {
  auto parsed = model::parse_patched_source(text);
  if (!parsed) user_error(parsed.error().message, parsed.error().hint);
  return {std::move(parsed->first), std::move(parsed->second)};
}

}  // namespace cli
