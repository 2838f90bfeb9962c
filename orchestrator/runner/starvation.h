// SPDX-License-Identifier: Apache-2.0
// How much of its time the host gave a guest lately. The kernel's own watchdogs (RCU stalls, lockups, hung tasks) count
// time in which nothing moved; in a guest that hardly got to run they count the host's.
#pragma once
#include <chrono>
#include <deque>

namespace runner {

class Starvation {
 public:
  using Duration = std::chrono::nanoseconds;

  // What the shortest watchdogs wait for: 20 s (soft lockup), 21 s (RCU).
  static constexpr Duration kWindow = std::chrono::seconds(30);
  // A kernel that gets less of its time than this may blame nobody for a stall.
  static constexpr double kStarvedBelow = 0.3;

  // Of guests younger than `least` nothing is said.
  explicit Starvation(Duration least) : least_(least) {}

  // `charged`: all time charged so far (ChargedTime), never less than before.
  void tick(Duration wall_now, Duration charged);
  // Of the last half minute; 1 where that is not known.
  double share() const;

 private:
  struct Point {
    Duration wall, charged;
  };
  Duration least_;
  std::deque<Point> points_;
};

}  // namespace runner
