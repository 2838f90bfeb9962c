// SPDX-License-Identifier: Apache-2.0
#include "runner/charged_time.h"

#include <algorithm>

namespace runner {

void ChargedTime::start(Duration wall_now, const Usage& usage) {
  start_wall_ = last_wall_ = wall_now;
  charged_ = {};
  last_ = usage;
  stretch_ = {wall_now, usage.waiting, {}};
}

void ChargedTime::tick(Duration wall_now, const Usage& usage) {
  const Duration wall = std::max(wall_now - last_wall_, Duration{0});
  const Duration used = std::max(usage.used - last_.used, Duration{0});
  const Duration computed = std::min(used, wall);
  last_wall_ = wall_now;
  last_ = usage;
  charged_ += computed;
  stretch_.computed += computed;
  const bool lost = usage.stopped || wall > kLongestTick;
  if (usage.wants_processor && !lost) return;
  if (!lost) {
    const Duration waited = std::max(usage.waiting - stretch_.waiting, Duration{0});
    charged_ += std::max(wall_now - stretch_.begin - stretch_.computed - waited, Duration{0});
  }
  stretch_ = {wall_now, usage.waiting, {}};
}

}  // namespace runner
