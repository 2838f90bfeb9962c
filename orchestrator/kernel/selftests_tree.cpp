// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests_tree.h"

#include <algorithm>
#include <map>

#include "base/hash.h"
#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// Folders and files below the tree; the rest of a kernel does not reach a selftest.
std::vector<std::string> roots_of(std::string_view kbuild_arch) {
  const std::string arch = "arch/" + std::string(kbuild_arch);
  return {"Makefile",
          "include/uapi",
          "lib/test_hmm_uapi.h",
          "mm/gup_test.h",
          "scripts/Makefile.asm-headers",
          "scripts/Makefile.headersinst",
          "scripts/headers_install.sh",
          "scripts/syscall.tbl",
          "scripts/syscallhdr.sh",
          "tools/include",
          "tools/testing/selftests",
          arch + "/Makefile",
          arch + "/entry/syscalls",
          arch + "/include/asm/Kbuild",
          arch + "/include/uapi",
          arch + "/kernel/syscalls",
          arch + "/tools"};
}

bool below(std::string_view path, std::string_view root) {
  return path == root || (path.starts_with(root) && path[root.size()] == '/');
}

base::Result<std::string> digest_of(const fs::path& path) {
  std::error_code error;
  if (fs::is_symlink(fs::symlink_status(path, error))) {
    const fs::path target = fs::read_symlink(path, error);
    if (error) return base::fail("cannot read the link " + path.string());
    return "link " + target.string();
  }
  return base::sha256_file(path.string());
}

// Every file below `root`, relative to the tree, with its digest.
base::Result<void> add_digests(const fs::path& tree, const std::string& root,
                               std::map<std::string, std::string>& digests) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(tree / root, error);
  if (!fs::exists(status)) return {};
  std::vector<fs::path> files;
  if (fs::is_directory(status)) {
    fs::recursive_directory_iterator entry(tree / root, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error))
      if (!entry->is_directory(error) || entry->is_symlink(error)) files.push_back(entry->path());
    if (error) return base::fail("cannot read " + (tree / root).string() + ": " + error.message());
  } else {
    files.push_back(tree / root);
  }
  for (const fs::path& file : files) {
    auto digest = digest_of(file);
    if (!digest) return std::unexpected(digest.error());
    digests[file.lexically_relative(tree).string()] = std::move(*digest);
  }
  return {};
}

base::Result<void> link_all(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to, error);
  for (fs::directory_iterator entry(from, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    fs::create_symlink(entry->path(), to / entry->path().filename(), error);
  if (error) return base::fail("cannot mirror " + from.string() + ": " + error.message());
  return {};
}

// Turns the link to a folder into a folder of links, so that something below it can be replaced.
base::Result<void> open_up(const fs::path& mirror, const fs::path& relative) {
  fs::path at = mirror;
  std::error_code error;
  for (const fs::path& part : relative) {
    at /= part;
    if (!fs::is_symlink(fs::symlink_status(at, error))) {
      fs::create_directories(at, error);
      continue;
    }
    const fs::path target = fs::canonical(at, error);
    if (!error) fs::remove(at, error);
    if (error) return base::fail("cannot open up " + at.string() + ": " + error.message());
    if (auto done = link_all(target, at); !done) return done;
  }
  return {};
}

}  // namespace

std::expected<SelftestTree, SourceFailure> open_selftest_tree(const model::SelftestSpec& spec,
                                                              const ArtifactCache& cache,
                                                              CommandRunner& runner,
                                                              const OnWait& on_wait) {
  auto patched = open_patched(spec.source, spec.patches, cache, runner, on_wait);
  if (!patched) return std::unexpected(patched.error());
  if (auto folder = patched->base->pristine_folder())
    return SelftestTree{.folder = *folder, .overlay = std::move(patched->overlay), .base = std::move(patched->base)};
  auto lease = checkout(
      cache, *patched->base, patched->overlay,
      {.doing = "brings the tree of " + spec.source.text() + " up to date", .on_wait = on_wait, .runner = &runner});
  if (!lease) return std::unexpected(SourceFailure{.user = {}, .host = lease.error()});
  SelftestTree tree{.folder = lease->tree};
  tree.lease = std::make_shared<WorktreeLease>(std::move(*lease));
  return tree;
}

base::Result<std::string> selftest_identity(const SelftestTree& tree, std::string_view kbuild_arch) {
  const std::vector<std::string> roots = roots_of(kbuild_arch);
  std::map<std::string, std::string> digests;
  for (const std::string& root : roots)
    if (auto done = add_digests(tree.folder, root, digests); !done)
      return std::unexpected(done.error());
  for (const auto& [path, content] : tree.overlay) {
    if (!std::ranges::any_of(roots, [&](const std::string& root) { return below(path, root); })) continue;
    if (!content) digests.erase(path);
    else digests[path] = content->symlink ? "link " + content->bytes : base::sha256_hex(content->bytes);
  }
  base::Sha256 hash;
  for (const auto& [path, digest] : digests) hash.field(path).field(digest);
  return hash.hex();
}

base::Result<void> mirror_tree(const SelftestTree& tree, const fs::path& mirror) {
  if (auto done = link_all(tree.folder, mirror); !done) return done;
  const fs::path selftests = "tools/testing/selftests";
  if (auto done = open_up(mirror, selftests.parent_path()); !done) return done;
  std::error_code error;
  fs::remove(mirror / selftests, error);
  fs::copy(tree.folder / selftests, mirror / selftests,
           fs::copy_options::recursive | fs::copy_options::copy_symlinks, error);
  if (error) return base::fail("cannot copy " + (tree.folder / selftests).string() + ": " + error.message());
  for (const auto& [path, content] : tree.overlay) {
    if (auto done = open_up(mirror, fs::path(path).parent_path()); !done) return done;
    if (auto done = write_tree_file(mirror, path, content); !done) return done;
  }
  return {};
}

base::Result<fs::path> collection_folder(const fs::path& tree, std::string_view collection) {
  const fs::path selftests = tree / "tools/testing/selftests";
  std::vector<std::string> names{std::string(collection)};
  if (collection == "mm") names.emplace_back("vm");
  std::error_code error;
  for (const std::string& name : names)
    if (fs::is_regular_file(selftests / name / "Makefile", error)) return selftests / name;
  std::vector<std::string> known;
  for (fs::directory_iterator entry(selftests, error); !error && entry != fs::directory_iterator();
       entry.increment(error))
    if (fs::is_regular_file(entry->path() / "Makefile", error))
      known.push_back(entry->path().filename());
  const auto close = base::nearest(collection, known);
  return base::fail("the kernel tree has no selftests called '" + std::string(collection) + "'",
                    close ? "did you mean '" + *close + "'?" : "");
}

}  // namespace kernel
