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

// The kernel adds a wait to `waiting` when it is over. Under a small weight one lasts for seconds.
TEST(ChargedTime, DoesNotChargeForAWaitThatIsKnownOnlyWhenItIsOver) {
  ChargedTime time;
  time.start(0s, {});
  for (int tick = 1; tick <= 40; ++tick) time.tick(tick * 250ms, {.wants_processor = true});
  EXPECT_EQ(time.charged(), 0s) << "ten seconds in which it did not get to run";
  time.tick(10s + 250ms, {.used = 100ms, .waiting = 10s + 100ms, .wants_processor = true});
  EXPECT_EQ(time.charged(), 100ms);
  time.tick(10s + 500ms, {.used = 100ms, .waiting = 10s + 100ms});
  EXPECT_EQ(time.charged(), 400ms) << "and then it slept";
}

TEST(ChargedTime, ChargesAGuestThatSleepsNowAndThenForItsSleepToo) {
  ChargedTime time;
  time.start(0s, {});
  time.tick(1s, {.used = 500ms, .wants_processor = true});
  EXPECT_EQ(time.charged(), 500ms);
  time.tick(2s, {.used = 1s});
  EXPECT_EQ(time.charged(), 2s);
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
