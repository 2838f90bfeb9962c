// SPDX-License-Identifier: Apache-2.0
// Work trees: mutable copies of base trees, one per family, in which kernels are built again and
// again. Going from one patched state to the next rewrites only the files that differ, so make
// rebuilds only what depends on them. A state is worked out from what is on the disk, so a killed
// process leaves nothing that the next one cannot put right.
#pragma once
#include <optional>
#include <string>

#include "base/error.h"
#include "base/file.h"
#include "kernel/base_tree.h"
#include "kernel/cache.h"

namespace kernel {

// A work tree in the state that was asked for. While the lease lives nobody changes the tree;
// several leases on the same state live side by side.
struct WorktreeLease {
  base::fs::path folder;        // worktrees/<family>
  base::fs::path tree;          // the source tree
  std::string identity;         // of base and overlay
  std::string config_identity;  // of the part that can decide a configuration: equal, equal .config
  base::FileLock lock;          // shared
};

// "base" or "base+overlay": names the content of a patched tree.
std::string tree_identity(const BaseTree& base, const Overlay& overlay);

// Of the base and those patched files that configuring reads (Kconfig, Makefiles, scripts,
// defconfigs).
std::string config_identity(const BaseTree& base, const Overlay& overlay);

// Waits while others build from another state of the same family.
base::Result<WorktreeLease> checkout(const ArtifactCache& cache, const BaseTree& base,
                                     const Overlay& overlay, const Waiting& waiting = {});

}  // namespace kernel
