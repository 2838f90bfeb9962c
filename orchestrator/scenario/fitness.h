// SPDX-License-Identifier: Apache-2.0
// Whether the guests of a scenario can hold what its tests ask for. A mistake here is the author's (exit 2),
// not the kernel's, so it is found before anything is built.
#pragma once
#include "base/diagnostic.h"
#include "model/scenario.h"

namespace scenario {

// Bytes of a guest that huge page pools cannot have: kernel, image, and the tests themselves.
std::uint64_t reserved_memory(std::uint64_t guest_memory);

// Huge page sizes a machine does not have, pools that do not fit into the guest's memory, NUMA nodes that are
// not there: for every test on every machine of the scenario where the test is to run. The diagnostics carry
// lines of the scenario's file but no file name.
base::Diagnostics check_fitness(const model::Scenario& scenario);

}  // namespace scenario
