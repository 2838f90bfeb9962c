// SPDX-License-Identifier: Apache-2.0
#include "kernel/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <cctype>
#include <optional>

#include "base/text.h"
#include "kernel/debian_archive.h"
#include "kernel/patch_series.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using model::SourceRef;

constexpr std::string_view kForms =
    "write debian:6.12, debian:6.12.111-1, dir:PATH, git:PATH#REV, prebuilt:PATH or "
    "prebuilt:debian:6.12-cloud, "
    "each with +FILE for a patch";

bool looks_like_path(std::string_view text) {
  for (std::string_view extension : {".patch", ".diff", ".mbox", ".mbx"})
    if (text.ends_with(extension)) return true;
  std::error_code ignored;
  return text.contains('/') || fs::exists(fs::path(text), ignored);
}

// Debian versions hold '+' themselves ("6.12.94+deb13-1"), so does a folder's name now and then.
std::vector<std::string> split_patches(std::string_view text) {
  std::vector<std::string> parts{std::string()};
  for (std::string_view piece : base::split(text, '+')) {
    if (parts.size() == 1 && parts[0].empty())
      parts[0] = piece;
    else if (looks_like_path(piece))
      parts.emplace_back(piece);
    else
      parts.back() += "+" + std::string(piece);
  }
  return parts;
}

bool is_version(std::string_view text) {
  return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) && text.contains('.') &&
         text.find_first_not_of(
             "0123456789.-+~abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == text.npos;
}

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
                                                                    CommandRunner& runner) {
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
  auto slot = cache.open("source", key);
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

std::expected<ParsedSource, Diagnostic> parse_source(std::string_view text,
                                                     const std::string& where) {
  const auto wrong = [&](std::string message, std::string hint = std::string(kForms)) {
    return std::unexpected(Diagnostic{where, 0, 0, std::move(message), std::move(hint)});
  };
  text = base::trim(text);
  std::vector<std::string> parts = split_patches(text);
  ParsedSource parsed;
  const std::string& head = parts[0];
  parsed.patches.assign(parts.begin() + 1, parts.end());
  const std::size_t colon = head.find(':');
  const std::string kind = head.substr(0, colon);
  if (colon == head.npos) {
    if (is_version(head))
      return wrong(fmt::format("'{}' is no kernel source", base::printable(head)),
                   "did you mean debian:" + head + "?");
    if (looks_like_path(head) && !head.empty())
      return wrong(fmt::format("'{}' is no kernel source", base::printable(head)),
                   "did you mean dir:" + head + "?");
    return wrong(fmt::format("'{}' is no kernel source", base::printable(head)));
  }
  const std::string rest = head.substr(colon + 1);
  if (rest.empty())
    return wrong(fmt::format("'{}' says nothing after the colon", base::printable(head)));
  if (kind == "debian") {
    if (!is_version(rest))
      return wrong(fmt::format("'{}' is not a kernel version", base::printable(rest)));
    parsed.source = {SourceRef::Kind::debian, rest, {}};
  } else if (kind == "dir") {
    parsed.source = {SourceRef::Kind::dir, rest, {}};
  } else if (kind == "git") {
    const std::size_t hash = rest.rfind('#');
    const std::string revision = hash == rest.npos ? "HEAD" : rest.substr(hash + 1);
    if (revision.empty())
      return wrong("there is no revision after '#'",
                   "write git:PATH#REV, for example git:~/linux#v6.12");
    parsed.source = {SourceRef::Kind::git, rest.substr(0, hash), revision};
  } else if (kind == "prebuilt") {
    if (rest.starts_with("debian:"))
      parsed.source = {SourceRef::Kind::prebuilt_debian, rest.substr(7), {}};
    else
      parsed.source = {SourceRef::Kind::prebuilt, rest, {}};
    if (!parsed.patches.empty())
      return wrong("a prebuilt kernel cannot be patched",
                   "name a source that is built, such as debian:6.12");
  } else {
    const std::array<std::string, 4> kinds{"debian", "dir", "git", "prebuilt"};
    const auto near = base::nearest(kind, kinds);
    return wrong(fmt::format("there is no kind of source '{}'", base::printable(kind)),
                 near ? fmt::format("did you mean {}:{}?", *near, rest) : std::string(kForms));
  }
  std::string& location = parsed.source.location;
  const bool is_path = parsed.source.kind != SourceRef::Kind::debian &&
                       parsed.source.kind != SourceRef::Kind::prebuilt_debian;
  if (is_path && location.starts_with("~/"))
    if (const char* home = std::getenv("HOME")) location = home + location.substr(1);
  return parsed;
}

std::expected<std::unique_ptr<BaseTree>, SourceFailure> open_source(const SourceRef& source,
                                                                    const ArtifactCache& cache,
                                                                    CommandRunner& runner) {
  switch (source.kind) {
    case SourceRef::Kind::debian:
      return open_debian(source, cache, runner);
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
                                                       CommandRunner& runner) {
  PatchedTree tree;
  // The patches first: they are read in no time, and a wrong name should not wait for a download.
  auto read = read_patches(patches, runner);
  if (!read) return std::unexpected(SourceFailure{std::move(read.error()), {}});
  auto base = open_source(source, cache, runner);
  if (!base) return std::unexpected(std::move(base.error()));
  tree.base = std::move(*base);
  if (auto applied = apply_patches(*tree.base, *read, tree.overlay, runner); !applied)
    return std::unexpected(SourceFailure{std::move(applied.error()), {}});
  for (const Patch& patch : *read) tree.subjects.push_back(patch.subject);
  return tree;
}

}  // namespace kernel
