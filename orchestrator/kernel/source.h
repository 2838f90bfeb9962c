// SPDX-License-Identifier: Apache-2.0
// SRC of the command line to a tree: parsing, fetching, unpacking.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/base_tree.h"
#include "kernel/cache.h"
#include "kernel/command_runner.h"
#include "model/source.h"

namespace kernel {

struct ParsedSource {
  model::SourceRef source;
  std::vector<std::string> patches;  // "+FILE" parts, in order
};

// debian:6.12, debian:6.12.111-1, dir:PATH, git:PATH#REV, prebuilt:PATH,
// prebuilt:debian:6.12-cloud, each with "+FILE" parts. A '+' belongs to the part before it unless
// what follows it looks like a path: a file or folder that exists, or a name with a slash or a
// patch's extension. `where` names the origin for messages.
std::expected<ParsedSource, base::Diagnostic> parse_source(std::string_view text,
                                                           const std::string& where = {});

// What went wrong with a source: `user` (no such folder, revision, version) or the host's trouble.
struct SourceFailure {
  base::Diagnostics user;  // empty: not the user's mistake
  base::Error host = {};
  static SourceFailure mistake(std::string message, std::string hint = {});
};

// The tree behind a source that is built (not prebuilt). Packages are fetched and unpacked once.
std::expected<std::unique_ptr<BaseTree>, SourceFailure> open_source(const model::SourceRef& source,
                                                                    const ArtifactCache& cache,
                                                                    CommandRunner& runner);

// The tree after patches.
struct PatchedTree {
  std::unique_ptr<BaseTree> base;
  Overlay overlay;
  std::vector<std::string> subjects;  // of the patches, in order
};
std::expected<PatchedTree, SourceFailure> open_patched(const model::SourceRef& source,
                                                       const std::vector<std::string>& patches,
                                                       const ArtifactCache& cache,
                                                       CommandRunner& runner);

}  // namespace kernel
