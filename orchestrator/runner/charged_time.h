// SPDX-License-Identifier: Apache-2.0
// The time a limit is counted in. A loaded host must never make a `hang`, so wall time alone does not count:
// a guest is charged for what its QEMU computed, and for the time it chose to be idle, but not for the time
// it was runnable and waited for a processor, nor for the time somebody had stopped it (or us).
#pragma once
#include <chrono>

namespace runner {

class ChargedTime {
 public:
  using Duration = std::chrono::nanoseconds;

  // Processor time of QEMU as the host's kernel counts it, since its start.
  struct Usage {
    Duration used{};     // user and system time
    Duration waiting{};  // runnable, not running; what it waits for just now comes into it when that is over
    bool wants_processor = false;  // just now it runs or waits: `waiting` may be short of the truth
    bool stopped = false;
  };

  // A wall interval longer than this was ours to lose (we were stopped or starved): only what QEMU verifiably
  // computed in it is charged.
  static constexpr Duration kLongestTick = std::chrono::seconds(2);

  void start(Duration wall_now, const Usage& usage);
  void tick(Duration wall_now, const Usage& usage);
  Duration charged() const { return charged_; }
  Duration wall() const { return last_wall_ - start_wall_; }

 private:
  // What was idle, and what waited, is told apart over a stretch that ends where the guest wants no processor: on a
  // crowded host one wait may last for many ticks, and is known only when it is over.
  struct Stretch {
    Duration begin{}, waiting{}, computed{};
  };

  Duration start_wall_{}, last_wall_{}, charged_{};
  Usage last_{};
  Stretch stretch_;
};

}  // namespace runner
