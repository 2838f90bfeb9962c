// SPDX-License-Identifier: Apache-2.0
#include "runner/charged_time.h"

#include <algorithm>

namespace runner {

void ChargedTime::start(Duration wall_now, const Usage& usage) {
  start_wall_ = last_wall_ = wall_now;
  charged_ = {};
  last_ = usage;
}

void ChargedTime::tick(Duration wall_now, const Usage& usage) {
  const Duration wall = std::max(wall_now - last_wall_, Duration{0});
  const Duration used = std::max(usage.used - last_.used, Duration{0});
  const Duration waiting = std::clamp(usage.waiting - last_.waiting, Duration{0}, wall);
  last_wall_ = wall_now;
  last_ = usage;
  if (usage.stopped || wall > kLongestTick) {
    charged_ += std::min(used, wall);
    return;
  }
  // At least what was computed; the rest is idle time, less what the host made it wait.
  charged_ += std::max(std::min(used, wall), wall - waiting);
}

}  // namespace runner
