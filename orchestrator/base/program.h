// SPDX-License-Identifier: Apache-2.0
// Where a program is: the one look-up in PATH.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace base {

// The file that `name` starts, as a shell would find it: the name itself when it has a slash, otherwise the first
// executable file of that name in PATH's folders (or, without PATH, in /usr/bin and /bin). Empty entries of PATH,
// which mean the current folder, are passed over: what runs must not depend on where vmlab was started.
std::optional<fs::path> find_program(std::string_view name);

// The same, then in /usr/sbin and /sbin, which an ordinary user's PATH may lack: mkfs, depmod.
std::optional<fs::path> find_system_program(std::string_view name);

}  // namespace base
