// SPDX-License-Identifier: Apache-2.0
// How many samples a question needs.
#pragma once
#include <cstdint>

namespace stats {

// The answer to "how many" is never larger: beyond it the question is the wrong one.
inline constexpr std::int64_t kMostSamples = 1'000'000;

// Samples per side with which a two-sided rank test at `level` finds a shift of `effect` with
// probability `power`, in normal noise of standard deviation `sd` (Noether 1987 in its normal form, efficiency 3/pi).
// Never fewer than a rank test needs at all. All arguments > 0; sd may be 0.
std::int64_t samples_for(double effect, double sd, double level, double power);

// The least k >= 0 with which a rank test of n_a + k against n_b + k samples can reach the level.
std::int64_t samples_to_reach(std::size_t n_a, std::size_t n_b, double level);

}  // namespace stats
