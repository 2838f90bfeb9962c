// SPDX-License-Identifier: Apache-2.0
// Which compiler a kernel is built with: part of its key.
#include <fmt/format.h>

#include "base/text.h"
#include "kernel/build.h"

namespace kernel {

base::Result<std::string> compiler_identity(const model::Machine& machine, CommandRunner& runner) {
  std::string identity;
  for (const char* tool : {"gcc", "ld"}) {
    const std::string program = std::string(machine.cross_compile) + tool;
    auto said = runner.run({.program = program,
                            .arguments = {"--version"},
                            .environment = {{"LC_ALL", "C"}},
                            .capture = true});
    if (!said || !said->ok()) {
      std::string triplet(machine.cross_compile);
      if (!triplet.empty()) triplet.pop_back();
      return base::fail(fmt::format("the compiler {} is not installed", program),
                        triplet.empty()
                            ? "apt-get install gcc"
                            : fmt::format("apt-get install gcc-{0} binutils-{0}", triplet));
    }
    if (!identity.empty()) identity += ", ";
    identity += base::split_lines(said->output).empty()
                    ? program
                    : std::string(base::split_lines(said->output)[0]);
  }
  return identity;
}

}  // namespace kernel
