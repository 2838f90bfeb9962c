// SPDX-License-Identifier: Apache-2.0
// The part of a kernel tree that selftests are made of: what names it, and a private copy to build in.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "kernel/base_tree.h"
#include "kernel/cache.h"
#include "kernel/command_runner.h"
#include "kernel/source.h"
#include "kernel/worktree.h"
#include "model/source.h"

namespace kernel {

// A source tree as it lies on the disk, never written to, and the files that patches change in it.
struct SelftestTree {
  base::fs::path folder;
  Overlay overlay = {};
  std::shared_ptr<const BaseTree> base = {};  // keeps an unpacked package from being collected
  std::shared_ptr<const WorktreeLease> lease = {};  // of a tree that others would change
};

// Fetches, unpacks or checks out what `spec` asks for. An unpacked package is used where it lies, so that
// selftests need not wait for a kernel that is being built from the same package in another state.
std::expected<SelftestTree, SourceFailure> open_selftest_tree(const model::SelftestSpec& spec,
                                                              const ArtifactCache& cache,
                                                              CommandRunner& runner,
                                                              const OnWait& on_wait = {});

// SHA-256 over the files that decide what selftests and kernel headers of this architecture become: the
// selftests themselves, tools/include, the uapi headers and the scripts that install them.
base::Result<std::string> selftest_identity(const SelftestTree& tree, std::string_view kbuild_arch);

// Makes `mirror` look like the patched tree: links, except for the selftests, which are copied because their
// Makefiles write probes (local_config.h) beside the sources, and for what patches change.
base::Result<void> mirror_tree(const SelftestTree& tree, const base::fs::path& mirror);

// The collection's folder in a tree: "mm" was called "vm" before 6.3. An error names the nearest there is.
base::Result<base::fs::path> collection_folder(const base::fs::path& tree, std::string_view collection);

}  // namespace kernel
