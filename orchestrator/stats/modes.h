// SPDX-License-Identifier: Apache-2.0
// Two modes: a benchmark that runs now in one state, now in another (a huge page obtained or not, a
// CPU's turbo). The median of such samples jumps between the modes; a reader must be told.
#pragma once
#include <optional>
#include <span>

namespace stats {

struct Modes {
  double low = 0, high = 0;  // their medians
  double share_low = 0;      // of the values
};

// The best split of the sorted values in two groups of at least a fifth, when the groups' distance is
// so large against their own spread (Ashman, Bird and Zepf 1994: D) that fewer than about 1 in 100 normal
// samples of this size show it. Needs eight values and a distance of 1% of the median.
std::optional<Modes> two_modes(std::span<const double> values);

}  // namespace stats
