// SPDX-License-Identifier: Apache-2.0
#include "runner/starvation.h"

#include <algorithm>

namespace runner {

void Starvation::tick(Duration wall_now, Duration charged) {
  if (!points_.empty() && wall_now < points_.back().wall) return;
  points_.push_back({wall_now, charged});
  while (points_.size() > 2 && wall_now - points_[1].wall >= kWindow) points_.pop_front();
}

double Starvation::share() const {
  if (points_.empty()) return 1;
  const Duration wall = points_.back().wall - points_.front().wall;
  if (wall < least_) return 1;
  const double share = static_cast<double>((points_.back().charged - points_.front().charged).count()) / static_cast<double>(wall.count());
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace runner
