// SPDX-License-Identifier: Apache-2.0
#include "kernel/worktree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_to.hpp>
#include <set>

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

// state.json. `touched`: every path that may differ from the base tree of `snapshot`; it is written
// before the first of them is, so after a crash it covers whatever was reached.
struct State {
  std::string identity;  // empty: between two states
  std::set<std::string> touched;
};

std::optional<State> read_state(const fs::path& folder) try {
  auto text = base::read_file(folder / "state.json");
  if (!text) return std::nullopt;
  const json::value value = json::parse(*text);
  State state;
  state.identity = json::value_to<std::string>(value.at("identity"));
  for (const json::value& path : value.at("touched").as_array())
    state.touched.insert(json::value_to<std::string>(path));
  return state;
} catch (const std::exception&) {
  return std::nullopt;  // not ours any more: the tree is made anew
}

base::Result<void> write_state(const fs::path& folder, const State& state) {
  json::array touched;
  for (const std::string& path : state.touched) touched.emplace_back(path);
  const json::object value{
      {"version", 1}, {"identity", state.identity}, {"touched", std::move(touched)}};
  return base::write_file_atomic(folder / "state.json", json::serialize(value) + "\n");
}

base::Result<void> populate(const fs::path& folder, const BaseTree& base) {
  std::error_code error;
  fs::remove_all(folder / "tree", error);
  fs::remove_all(folder / "tree.new", error);
  fs::create_directories(folder, error);
  if (auto filled = base.populate(folder / "tree.new"); !filled) return filled;
  fs::rename(folder / "tree.new", folder / "tree", error);
  if (error)
    return base::fail(fmt::format("renaming {}/tree.new: {}", folder.string(), error.message()));
  if (auto written = base::write_file_atomic(folder / "snapshot", base.snapshot()); !written)
    return written;
  return write_state(folder, {base.identity(), {}});
}

// Gives `path` its wanted content unless it has it: an untouched file keeps its time, and make its
// object.
base::Result<void> settle(const fs::path& tree, const std::string& path,
                          const std::optional<FileContent>& wanted) {
  auto present = read_tree_file(tree, path);
  if (!present) return std::unexpected(present.error());
  if (*present == wanted) return {};
  return write_tree_file(tree, path, wanted);
}

base::Result<void> bring_to(const fs::path& folder, const BaseTree& base, const Overlay& overlay,
                            const std::string& identity) {
  auto state = read_state(folder);
  std::set<std::string> paths;
  if (state && fs::exists(folder / "tree")) {
    auto snapshot = base::read_file(folder / "snapshot");
    auto changed = base.changed_since(snapshot ? *snapshot : std::string());
    if (!changed) return std::unexpected(changed.error());
    if (*changed) {
      paths = state->touched;
      paths.insert((*changed)->begin(), (*changed)->end());
    } else {
      state.reset();
    }
  } else {
    state.reset();
  }
  if (!state)
    if (auto filled = populate(folder, base); !filled) return filled;
  for (const auto& [path, content] : overlay) paths.insert(path);
  if (auto written = write_state(folder, {{}, paths}); !written) return written;
  State done{identity, {}};
  std::vector<std::string> from_base;
  for (const std::string& path : paths)
    if (!overlay.contains(path)) from_base.push_back(path);
  auto originals = base.read_many(from_base);
  if (!originals) return std::unexpected(originals.error());
  for (const std::string& path : paths) {
    std::optional<FileContent> wanted;
    if (const auto it = overlay.find(path); it != overlay.end()) {
      wanted = it->second;
      done.touched.insert(path);
    } else if (const auto original = originals->find(path); original != originals->end()) {
      wanted = std::move(original->second);
    }
    if (auto settled = settle(folder / "tree", path, wanted); !settled) return settled;
  }
  if (auto written = base::write_file_atomic(folder / "snapshot", base.snapshot()); !written)
    return written;
  return write_state(folder, done);
}

}  // namespace

std::string tree_identity(const BaseTree& base, const Overlay& overlay) {
  return overlay.empty() ? base.identity() : base.identity() + "+" + overlay_identity(overlay);
}

std::string config_identity(const BaseTree& base, const Overlay& overlay) {
  Overlay relevant;
  for (const auto& [path, content] : overlay)
    if (decides_config(path)) relevant[path] = content;
  return base.config_identity() + "+" + overlay_identity(relevant);
}

base::Result<WorktreeLease> checkout(const ArtifactCache& cache, const BaseTree& base,
                                     const Overlay& overlay, const Waiting& waiting) {
  const fs::path folder = cache.root() / "worktrees" / base.family();
  const fs::path lock_path = cache.root() / "locks" / ("worktree-" + base.family());
  const std::string identity = tree_identity(base, overlay);
  while (true) {
    auto shared = wait_for_lock(lock_path, waiting, true);
    if (!shared) return std::unexpected(shared.error());
    const auto state = read_state(folder);
    if (state && state->identity == identity && fs::exists(folder / "tree")) {
      base::UniqueFd used(::open((folder / ".used").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
      if (used) ::futimens(used.get(), nullptr);
      return WorktreeLease{folder, folder / "tree", identity, config_identity(base, overlay),
                           std::move(*shared)};
    }
    *shared = base::FileLock{};
    auto exclusive = wait_for_lock(lock_path, waiting);
    if (!exclusive) return std::unexpected(exclusive.error());
    if (auto brought = bring_to(folder, base, overlay, identity); !brought)
      return std::unexpected(
          std::move(brought.error()).while_doing("preparing the work tree " + folder.string()));
    // The lock is given up for a moment here: the loop looks again.
  }
}

}  // namespace kernel
