// SPDX-License-Identifier: Apache-2.0
#include "cli/bands.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Bands, AreNeverNarrowerThanWhatTheTimersPhaseCanDo) {
  const compare::BandOf band = lookup({{"arm64", {{"fork", 0.01}, {"mincore", 0}}}});
  EXPECT_EQ(band("arm64", "fork"), 0.01);
  EXPECT_EQ(band("arm64", "mincore"), kNarrowestBand);
  EXPECT_EQ(band("arm64", "mmap"), std::nullopt);
  EXPECT_EQ(band("x86_64", "fork"), std::nullopt);
}

}  // namespace
}  // namespace cli
