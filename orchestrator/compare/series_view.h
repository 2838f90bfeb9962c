// SPDX-License-Identifier: Apache-2.0
// What each step of a series knows of one machine, and what that says about a build, a boot, a case. Private to the
// room.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "compare/series_track.h"

namespace compare {

// Its own results, or those of an earlier step with the same kernel.
struct StepView {
  const StepBuild* build = nullptr;
  std::vector<const Case*> cases;
  bool pending = false;

  bool failed() const { return build != nullptr && build->state == StepBuild::State::failed; }
};

// Keeps pointers into `steps`.
class StepViews {
 public:
  StepViews(const std::vector<SeriesStep>& steps, const std::vector<std::string>& machines);
  // One a step.
  const std::vector<StepView>& of(const std::string& machine) const { return by_machine_.at(machine); }

 private:
  std::map<std::string, std::vector<StepView>> by_machine_;
};

TrackPoint case_point(const StepView& view, const std::string& test, const std::string& id);
TrackPoint build_point(const StepView& view);
TrackPoint boot_point(const StepView& view);

}  // namespace compare
