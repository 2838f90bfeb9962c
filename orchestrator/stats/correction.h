// SPDX-License-Identifier: Apache-2.0
// Many metrics, many chances to be fooled: p values corrected for their number. The corrected p is
// compared with the same level as before.
#pragma once
#include <span>
#include <vector>

namespace stats {

// Holm 1979: at most `level` of all tables show even one false finding. In the order given.
std::vector<double> holm(std::span<const double> p);

// Benjamini and Hochberg 1995: of the findings of a table at most `level` are false on average; a table
// of nothing but noise shows one in at most `level` of all cases.
std::vector<double> false_discovery(std::span<const double> p);

}  // namespace stats
