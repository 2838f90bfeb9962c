// SPDX-License-Identifier: Apache-2.0
#include "kernel/source.h"

#include <boost/json/object.hpp>
#include <optional>

#include "kernel/debian_archive.h"
#include "kernel/patch_series.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using model::SourceRef;

// Without a network, or on a host without apt, what was unpacked before serves.
std::optional<DebianPackage> newest_unpacked(const ArtifactCache& cache, const std::string& asked) {
  std::optional<DebianPackage> best;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(cache.root() / "artifacts/source", ignored)) {
    const std::string key = item.path().filename().string();
    const std::size_t bar = key.find('_');
    if (!key.starts_with("linux-source-") || bar == key.npos) continue;
    const DebianPackage package{key.substr(0, bar), key.substr(bar + 1)};
    const bool fits = package.name == "linux-source-" + asked || package.version == asked ||
                      package.version.starts_with(asked + "-");
    if (fits && (!best || compare_debian_versions(package.version, best->version) > 0))
      best = package;
  }
  return best;
}

std::expected<std::unique_ptr<BaseTree>, SourceFailure> open_debian(const SourceRef& source,
                                                                    const ArtifactCache& cache,
                                                                    CommandRunner& runner,
                                                                    const OnWait& on_wait) {
  DebianArchive archive(cache.root() / "apt", runner);
  auto package = archive.find_source(source.location);
  if (!package && package.error().user.empty())
    if (auto offline = newest_unpacked(cache, source.location)) package = std::move(*offline);
  if (!package) return std::unexpected(std::move(package.error()));
  const std::string key = package->name + "_" + package->version;
  const auto tree_of = [&](const Artifact& artifact) {
    return pristine_tree(artifact.folder / "tree", key,
                         "Debian " + package->name + " " + package->version, artifact.in_use);
  };
  if (auto artifact = cache.find("source", key)) return tree_of(*artifact);
  auto slot = cache.open(
      "source", key, {.doing = "fetches and unpacks " + key, .on_wait = on_wait, .runner = &runner});
  if (!slot) return std::unexpected(SourceFailure{{}, slot.error()});
  if (slot->artifact()) return tree_of(*slot->artifact());
  auto fetched = archive.unpack_source(*package, slot->scratch() / "tree");
  if (!fetched) return std::unexpected(SourceFailure{{}, fetched.error()});
  auto artifact = slot->commit({{"summary", package->name + " " + package->version}});
  if (!artifact) return std::unexpected(SourceFailure{{}, artifact.error()});
  return tree_of(*artifact);
}

std::expected<std::unique_ptr<BaseTree>, SourceFailure> as_users_mistake(
    base::Result<std::unique_ptr<BaseTree>> tree) {
  if (!tree)
    return std::unexpected(SourceFailure::mistake(tree.error().message, tree.error().hint));
  return std::move(*tree);
}

}  // namespace

SourceFailure SourceFailure::mistake(std::string message, std::string hint) {
  return {base::Diagnostics{{{}, 0, 0, std::move(message), std::move(hint)}}, {}};
}

std::expected<std::unique_ptr<BaseTree>, SourceFailure> open_source(const SourceRef& source,
                                                                    const ArtifactCache& cache,
                                                                    CommandRunner& runner,
                                                                    const OnWait& on_wait) {
  switch (source.kind) {
    case SourceRef::Kind::debian:
      return open_debian(source, cache, runner, on_wait);
    case SourceRef::Kind::dir:
      return as_users_mistake(folder_tree(source.location, cache.root() / "index", runner));
    case SourceRef::Kind::git:
      return as_users_mistake(git_tree(source.location, source.revision, runner));
    default:
      break;
  }
  return std::unexpected(SourceFailure::mistake(
      source.text() + " has no source tree",
      "a prebuilt kernel needs selftests from a tree: --selftests debian:6.12"));
}

std::expected<PatchedTree, SourceFailure> open_patched(const SourceRef& source,
                                                       const std::vector<std::string>& patches,
                                                       const ArtifactCache& cache,
                                                       CommandRunner& runner,
                                                       const OnWait& on_wait) {
  PatchedTree tree;
  // The patches first: they are read in no time, and a wrong name should not wait for a download.
  auto read = read_patches(patches, runner);
  if (!read) return std::unexpected(SourceFailure{std::move(read.error()), {}});
  auto base = open_source(source, cache, runner, on_wait);
  if (!base) return std::unexpected(std::move(base.error()));
  tree.base = std::move(*base);
  if (auto applied = apply_patches(*tree.base, *read, tree.overlay, runner); !applied)
    return std::unexpected(SourceFailure{std::move(applied.error()), {}});
  for (const Patch& patch : *read) tree.subjects.push_back(patch.subject);
  return tree;
}

}  // namespace kernel
