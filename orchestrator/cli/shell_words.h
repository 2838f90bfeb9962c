// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The inverse of joining words with base::shell_quote: blanks separate, '...' and \x quote.
std::vector<std::string> shell_words(std::string_view line);

}  // namespace cli
