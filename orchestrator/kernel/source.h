// SPDX-License-Identifier: Apache-2.0
// From a source as it was asked for (model/source.h) to a tree: fetching, unpacking.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/base_tree.h"
#include "kernel/cache.h"
#include "kernel/command_runner.h"
#include "model/source.h"

namespace kernel {

// What went wrong with a source: `user` (no such folder, revision, version) or the host's trouble.
struct SourceFailure {
  base::Diagnostics user;  // empty: not the user's mistake
  base::Error host = {};
  static SourceFailure mistake(std::string message, std::string hint = {});
};

// The tree behind a source that is built (not prebuilt). Packages are fetched and unpacked once.
std::expected<std::unique_ptr<BaseTree>, SourceFailure> open_source(const model::SourceRef& source,
                                                                    const ArtifactCache& cache,
                                                                    CommandRunner& runner,
                                                                    const OnWait& on_wait = {});

// The tree after patches.
struct PatchedTree {
  std::unique_ptr<BaseTree> base;
  Overlay overlay;
  std::vector<std::string> subjects;  // of the patches, in order
};
std::expected<PatchedTree, SourceFailure> open_patched(const model::SourceRef& source,
                                                       const std::vector<std::string>& patches,
                                                       const ArtifactCache& cache,
                                                       CommandRunner& runner,
                                                       const OnWait& on_wait = {});

}  // namespace kernel
