// SPDX-License-Identifier: Apache-2.0
#include "runner/charged_time.h"

#include <gtest/gtest.h>

namespace runner {
using namespace std::chrono_literals;

TEST(ChargedTime, ChargesABusyGuestAndAnIdleOneAlike) {
  ChargedTime busy, idle;
  busy.start(0s, {});
  idle.start(0s, {});
  busy.tick(1s, {.used = 1s});
  idle.tick(1s, {});
  EXPECT_EQ(busy.charged(), 1s);
  EXPECT_EQ(idle.charged(), 1s);
}

TEST(ChargedTime, DoesNotChargeForWaitingBehindOthers) {
  ChargedTime time;
  time.start(0s, {});
  time.tick(1s, {.used = 100ms, .waiting = 900ms});
  EXPECT_EQ(time.charged(), 100ms);
  EXPECT_EQ(time.wall(), 1s);
}

TEST(ChargedTime, DoesNotChargeAStoppedGuestOrALabThatWasStopped) {
  ChargedTime time;
  time.start(0s, {});
  time.tick(1s, {.stopped = true});
  EXPECT_EQ(time.charged(), 0s);
  time.tick(1h, {.used = 3s});
  EXPECT_EQ(time.charged(), 3s);
}

TEST(ChargedTime, IgnoresClocksThatRunBackwards) {
  ChargedTime time;
  time.start(10s, {.used = 5s, .waiting = 5s});
  time.tick(9s, {.used = 4s, .waiting = 1s});
  EXPECT_EQ(time.charged(), 0s);
}

}  // namespace runner
