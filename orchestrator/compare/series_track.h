// SPDX-License-Identifier: Apache-2.0
// One case on one machine through the steps of a series. Private to the room.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compare/series.h"

namespace compare {

enum class TrackState {
  unknown,  // the host failed, no kernel, no run
  absent,   // its test ran, and did not report it
  idle,     // unfit or skipped
  good,
  bad,
};

struct TrackPoint {
  TrackState state = TrackState::unknown;
  std::string signature;  // of bad: what two failures must share to be one
  std::string reason;
  std::string handle;
  std::string rate;
  bool flaky = false;
};

struct TrackName {
  std::string machine, test, id;
};

// What changed, step by step. Where `whole`, the id is that of the test: not being reported is then good.
std::vector<Finding> follow(const TrackName& name, const std::vector<TrackPoint>& points, bool whole);

}  // namespace compare
