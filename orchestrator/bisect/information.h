// SPDX-License-Identifier: Apache-2.0
// How much a run tells, in bits. Private to the room, and for its tests.
#pragma once
#include "bisect/search.h"

namespace bisect {

// Of a coin with this probability; 0 at both ends.
double entropy(double probability);

// What one run tells about whether a commit contains the culprit, which it does with `probability`.
double information(double probability, double bad_rate, double good_rate);

// The probe that tells most about the culprit for its cost, among all testable commits and the good end. Each way to
// explain what was seen has its own rates, so a run can tell them apart by how often the failure comes, not only by
// where: the bad commit itself may be worth a run.
Probe most_informative(const History& history, const Evidence& evidence, const SearchOptions& options,
                       const Posterior& belief);

}  // namespace bisect
