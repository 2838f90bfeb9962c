// SPDX-License-Identifier: Apache-2.0
// Which commits are left, in a history that does not flake, and which of them halves the rest. Private to the room.
#pragma once
#include <optional>
#include <vector>

#include "bisect/evidence.h"
#include "bisect/history.h"
#include "bisect/search.h"

namespace bisect {

// Those that commits which are the same to the byte leave in the game.
std::vector<bool> told_by_sameness(const History& history, const Evidence& evidence);

// Those that explain everything seen if no run lies; empty: none does.
std::vector<int> candidates(const History& history, const Evidence& evidence);

// The testable candidate that halves them; nullopt: nothing testable tells them apart. Among those that cannot make the
// search longer, the cheapest to build.
std::optional<int> midpoint(const History& history, const Evidence& evidence, const std::vector<int>& candidates,
                            const Costs& costs);

// For each commit how likely it can be tested, judged by how near it is to one that could not.
std::vector<double> testable(const History& history, const Evidence& evidence);

// The commits of `among` that no testable commit tells apart from `commit`, itself first.
std::vector<int> inseparable(const History& history, const Evidence& evidence, int commit, const std::vector<int>& among);

}  // namespace bisect
