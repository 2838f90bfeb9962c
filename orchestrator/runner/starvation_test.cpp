// SPDX-License-Identifier: Apache-2.0
#include "runner/starvation.h"

#include <gtest/gtest.h>

namespace runner {
using namespace std::chrono_literals;

TEST(Starvation, TellsTheShareOfTheLastHalfMinute) {
  Starvation host(10s);
  for (int second = 0; second <= 100; ++second) host.tick(second * 1s, second * 1s);
  EXPECT_DOUBLE_EQ(host.share(), 1);
  for (int second = 101; second <= 130; ++second) host.tick(second * 1s, 100s + (second - 100) * 100ms);
  EXPECT_NEAR(host.share(), 0.1, 0.01);
  for (int second = 131; second <= 160; ++second) host.tick(second * 1s, 103s + (second - 130) * 1s);
  EXPECT_DOUBLE_EQ(host.share(), 1) << "what is long over counts no more";
}

TEST(Starvation, SaysNothingOfAYoungGuest) {
  Starvation host(10s);
  EXPECT_DOUBLE_EQ(host.share(), 1);
  host.tick(0s, 0s);
  host.tick(9s, 0s);
  EXPECT_DOUBLE_EQ(host.share(), 1);
  host.tick(11s, 1s);
  EXPECT_LT(host.share(), Starvation::kStarvedBelow);
}

TEST(Starvation, SeesALabThatWasAwayItself) {
  Starvation host(10s);
  host.tick(0s, 0s);
  host.tick(200s, 2s);
  EXPECT_NEAR(host.share(), 0.01, 0.001);
}

}  // namespace runner
