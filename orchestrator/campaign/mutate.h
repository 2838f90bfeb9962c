// SPDX-License-Identifier: Apache-2.0
// The faults a scripted guest can have on its way to us: a table, one row a kind. Each changes the steps of one boot.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <span>
#include <string_view>

#include "campaign/transcript.h"

namespace campaign {

struct ScriptedKind {
  std::string_view name;
  int share;  // how often, against the others
  // What the runner owes: `exact`, the undisturbed verdicts at the first attempt; otherwise infra and another try.
  bool exact = false;
  bool short_limits = false;  // it is there to run into them
  // The steps from the first frame that says something on. `how` takes what the dice chose.
  void (*mutate)(Dice& dice, Steps& steps, boost::json::object& how) = nullptr;
};

std::span<const ScriptedKind> scripted_kinds();

// The steps that say something, as places in `steps`; the hello is the first of them.
std::vector<std::size_t> frames_of(const Steps& steps);

}  // namespace campaign
