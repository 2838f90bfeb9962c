// SPDX-License-Identifier: Apache-2.0
// A scenario seen from one machine: which guest, and what each test is there.
#pragma once
#include <string_view>

#include "model/machine.h"
#include "model/scenario.h"

namespace scenario {

// The test with its variations for `machine` and `selftests` (a SRC) applied and gone. `unfit` keeps only what concerns the machine.
model::TestSpec for_machine(const model::TestSpec& test, std::string_view machine, std::string_view selftests);

// One command of run_vmtests.sh as a test: `selection.base` with the variations that match the command, which
// for_machine() then applies. Its id is collection/program followed by the arguments.
model::TestSpec from_command(const model::VmtestsSelection& selection, std::string_view program,
                             const std::vector<std::string>& arguments);

// Every field set: the scenario's value, else the machine's default. Memory that the scenario leaves open grows
// to what its most demanding test on that machine needs, whichever tests are then selected, so that the same
// test always sees the same guest.
model::GuestSpec guest_for(const model::Scenario& scenario, const model::Machine& machine);

}  // namespace scenario
