// SPDX-License-Identifier: Apache-2.0
// A build folder (O=) of a work tree: kept warm between builds, put right after a killed one.
#pragma once
#include <expected>
#include <string>

#include "kernel/build.h"
#include "kernel/config.h"
#include "kernel/recipe.h"
#include "kernel/worktree.h"

namespace kernel {

class BuildFolder {
 public:
  // Locks the folder. What a killed build wrote after its start is removed: an object may be cut
  // short and still look new to make.
  static base::Result<BuildFolder> open(const WorktreeLease& tree, const std::string& name,
                                        const Waiting& waiting = {});

  // True when a build was finished here before: what follows is incremental.
  bool warm() const;
  // Around make: between the two calls the folder is in doubt.
  base::Result<void> begin();
  void end();

  const base::fs::path& path() const { return path_; }

 private:
  BuildFolder(base::fs::path path, base::FileLock lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}
  base::fs::path marker() const { return path_ / ".vmlab-building"; }
  base::fs::path path_;
  base::FileLock lock_;
};

// Writes .config, lets the kernel resolve it, checks the result. Skipped when nothing that decides
// it changed.
std::expected<ConfigValues, BuildFailure> configure(const Recipe& recipe, const ConfigPlan& plan,
                                                    const WorktreeLease& tree,
                                                    CommandRunner& runner);

}  // namespace kernel
