// SPDX-License-Identifier: Apache-2.0
// The make invocations of a kernel build, as values. What can change the image is in here or in the
// key.
#pragma once
#include <string>
#include <vector>

#include "kernel/command_runner.h"
#include "kernel/config.h"
#include "model/machine.h"

namespace kernel {

// Goes into every key: raise it when the same inputs give another image.
inline constexpr int kRecipeVersion = 1;

struct Recipe {
  const model::Machine* machine = nullptr;
  base::fs::path tree;
  std::string build_folder;  // name of a folder in `tree`
  int jobs = 1;
  bool use_ccache = false;
  bool debug_info = false;  // DWARF names the build folder: map it away
  base::fs::path log;

  base::fs::path build_path() const { return tree / build_folder; }
  Command make(std::vector<std::string> targets) const;
};

// The folder for incremental builds: one per machine family, config family and compiler, so that
// going between them keeps each warm. A folder directly below the tree makes kbuild use relative
// paths ("../mm"), and with them images that do not depend on where the cache is.
std::string build_folder_name(const model::Machine& machine, const std::string& config_family,
                              const std::string& compiler);

// make's target for base "def": the architecture's defconfig that suits the machine.
std::string base_config_target(const std::string& base, const model::Machine& machine);

}  // namespace kernel
