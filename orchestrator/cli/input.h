// SPDX-License-Identifier: Apache-2.0
// FILE|- arguments of the text commands, read in pieces so that a log of any size takes constant memory.
#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace cli {

// Feeds the file, or standard input for "-" and "", to `take`. Throws UserError when it cannot be opened,
// InfraError when reading fails half-way.
void read_input(const std::string& path, const std::function<void(std::string_view)>& take);

}  // namespace cli
