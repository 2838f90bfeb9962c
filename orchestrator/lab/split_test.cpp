// SPDX-License-Identifier: Apache-2.0
#include "lab/split.h"

#include <gtest/gtest.h>

namespace lab {
using namespace std::chrono_literals;
using Lists = std::vector<std::vector<std::size_t>>;

TEST(DealOut, GivesTheLongestTestAGuestOfItsOwn) {
  EXPECT_EQ(deal_out({90s, 20s, 30s, 40s}, 2, 10s), (Lists{{0}, {1, 2, 3}}));
}

TEST(DealOut, BootsNoGuestForNextToNothing) {
  EXPECT_EQ(deal_out({1s, 1s, 1s}, 4, 10s), (Lists{{0, 1, 2}}));
  EXPECT_EQ(deal_out({}, 4, 10s), Lists{});
}

TEST(DealOut, KeepsTheScenariosOrderInsideAGuest) {
  EXPECT_EQ(deal_out({10s, 20s, 30s}, 1, 1s), (Lists{{0, 1, 2}}));
}

}  // namespace lab
