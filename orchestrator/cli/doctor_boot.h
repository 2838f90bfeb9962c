// SPDX-License-Identifier: Apache-2.0
// `vmlab doctor --boot`: guests that really boot, because a QEMU that is installed proves little. Kernels are taken
// from the artefact cache, none is built.
#pragma once
#include <string>
#include <vector>

#include "cli/command.h"

namespace cli {

struct BootFinding {
  std::string machine;
  enum class State { good, weak, bad } state = State::good;
  std::string text;  // "up in 2.1 s (kernel 6.12.117); exact: two boots said the same 41233 bytes"
  std::string fix;
};

// One finding per machine. Throws base::InfraError where the host itself fails, UserError never.
std::vector<BootFinding> boot_machines(Session& session);

}  // namespace cli
