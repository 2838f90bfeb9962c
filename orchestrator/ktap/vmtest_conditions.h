// SPDX-License-Identifier: Apache-2.0
// The conditions of run_vmtests.sh, decided from what is known of the machine.
#pragma once
#include <optional>
#include <string_view>

#include "ktap/run_vmtests.h"
#include "ktap/shell_words.h"

namespace ktap {

// What stands between `if` and `then`: tests in [ ] and [[ ]] joined by &&, $RUN_ALL, and a few
// commands that are known. nullopt: nobody has taught this reader the form.
std::optional<bool> vmtest_condition(std::string_view text, const ShellWords& shell,
                                     const VmtestMachine& machine);

}  // namespace ktap
