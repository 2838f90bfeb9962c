// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace cli {

using Words = std::vector<std::string>;

// The smallest arguments for which `still_fails` says yes that halving whole numbers above 1 leads to: each is halved for
// as long as the failure stays, the last one first (sizes and counts stand behind modes). Asks about log2 of each number,
// and never about `words` themselves.
Words shrink(Words words, const std::function<bool(const Words&)>& still_fails);

}  // namespace cli
