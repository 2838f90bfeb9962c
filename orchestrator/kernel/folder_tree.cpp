// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/base_tree.h"
#include "kernel/git.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// One line of the index: what the file looked like, and the hash of what was in it then.
struct IndexEntry {
  std::string stamp;  // "size mtime ctime inode mode": a file with the same stamp is not read again
  std::string hash;   // of mode class and content
};
using Index = std::map<std::string, IndexEntry>;

std::string index_text(const Index& index) {
  std::string text;
  for (const auto& [path, entry] : index)
    text += fmt::format("{}\t{}\t{}\n", entry.hash, entry.stamp, path);
  return text;
}

Index parse_index(std::string_view text) {
  Index index;
  for (std::string_view line : base::split_lines(text)) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (first == line.npos || second == line.npos) return {};
    index[std::string(line.substr(second + 1))] = {
        std::string(line.substr(first + 1, second - first - 1)),
        std::string(line.substr(0, first))};
  }
  return index;
}

std::string content_hash(const FileContent& content) {
  base::Sha256 hash;
  hash.field(content.symlink      ? "link"
             : content.executable ? "program"
                                  : "file")
      .field(content.bytes);
  return hash.hex().substr(0, 32);
}

// What an in-tree build leaves behind; with it the kernel's Makefile refuses to build elsewhere.
bool is_build_product(const fs::path& relative, bool directory) {
  const std::string name = relative.filename().string(), path = relative.string();
  if (directory)
    return name == ".git" || name.starts_with(".build-") || path == "include/config" ||
           path == "include/generated" ||
           (path.starts_with("arch/") && path.ends_with("/include/generated")) ||
           name == ".tmp_versions";
  static constexpr std::string_view kSuffixes[] = {".o",     ".a",    ".ko",  ".cmd",      ".mod",
                                                   ".order", ".orig", ".rej", ".vmlab-new"};
  return name == ".config" || name == ".config.old" || name == "vmlinux" || name == "System.map" ||
         std::ranges::any_of(kSuffixes,
                             [&](std::string_view suffix) { return name.ends_with(suffix); });
}

base::Result<std::vector<std::string>> list_folder(const fs::path& folder) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; it != end && !error;
       it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(folder);
    const bool directory = it->is_directory() && !it->is_symlink();
    if (is_build_product(relative, directory))
      it.disable_recursion_pending();
    else if (!directory)
      paths.push_back(relative.string());
  }
  if (error) return base::fail(fmt::format("reading {}: {}", folder.string(), error.message()));
  return paths;
}

base::Result<std::vector<std::string>> list_repository(const fs::path& folder,
                                                       CommandRunner& runner) {
  auto listed =
      run_or_fail(runner, {.program = "git",
                           .arguments = {"-C", folder.string(), "ls-files", "-z", "--cached",
                                         "--others", "--exclude-standard", "--deduplicate"},
                           .unset = foreign_git_variables(),
                           .capture = true});
  if (!listed) return std::unexpected(listed.error());
  std::vector<std::string> paths;
  for (std::string_view path : base::split(*listed, '\0'))
    if (!path.empty()) paths.emplace_back(path);
  return paths;
}

class FolderTree : public BaseTree {
 public:
  FolderTree(fs::path folder, std::string family, Index index)
      : folder_(std::move(folder)), family_(std::move(family)), index_(std::move(index)) {
    base::Sha256 hash, config;
    for (const auto& [path, entry] : index_) {
      hash.field(path).field(entry.hash);
      if (decides_config(path)) config.field(path).field(entry.hash);
    }
    identity_ = "dir-" + hash.hex().substr(0, 32);
    config_identity_ = config.hex();
  }
  const std::string& identity() const override { return identity_; }
  const std::string& family() const override { return family_; }
  std::string snapshot() const override { return index_text(index_); }
  std::string config_identity() const override { return config_identity_; }
  std::string description() const override { return folder_.string(); }

  base::Result<std::optional<FileContent>> read(const std::string& path) const override {
    const auto known = index_.find(path);
    if (known == index_.end()) return std::nullopt;
    auto content = read_tree_file(folder_, path);
    if (!content) return content;
    // The identity stands for what the index saw: an editor that saves just now must not slip
    // through.
    if (!*content || content_hash(**content) != known->second.hash)
      return base::fail(
          fmt::format("{}/{} changed while it was being read", folder_.string(), path),
          "try again");
    return content;
  }

  base::Result<void> populate(const fs::path& destination) const override {
    for (const auto& [path, entry] : index_) {
      auto content = read(path);
      if (!content) return std::unexpected(content.error());
      if (auto written = write_tree_file(destination, path, *content); !written) return written;
    }
    return {};
  }

  base::Result<std::optional<std::vector<std::string>>> changed_since(
      const std::string& old_text) const override {
    const Index old = parse_index(old_text);
    if (old.empty()) return std::nullopt;
    std::vector<std::string> paths;
    for (const auto& [path, entry] : index_) {
      const auto before = old.find(path);
      if (before == old.end() || before->second.hash != entry.hash) paths.push_back(path);
    }
    for (const auto& [path, entry] : old)
      if (!index_.contains(path)) paths.push_back(path);
    return paths;
  }

 private:
  fs::path folder_;
  std::string identity_, family_, config_identity_;
  Index index_;
};

}  // namespace

base::Result<std::unique_ptr<BaseTree>> folder_tree(const fs::path& folder, const fs::path& cache,
                                                    CommandRunner& runner) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error) return base::fail(fmt::format("{}: {}", folder.string(), error.message()));
  if (!fs::exists(real / "Kconfig") || !fs::exists(real / "Makefile"))
    return base::fail(real.string() + " is not a kernel tree: it has no Kconfig and Makefile");
  auto paths = fs::exists(real / ".git") ? list_repository(real, runner) : list_folder(real);
  if (!paths) return std::unexpected(paths.error());

  const std::string family = "dir-" + base::sha256_hex(real.string()).substr(0, 16);
  fs::create_directories(cache, error);
  const fs::path index_file = cache / (family + ".index");
  Index old;
  if (auto text = base::read_file(index_file)) old = parse_index(*text);
  Index index;
  for (const std::string& path : *paths) {
    struct stat info {};
    if (::lstat((real / path).c_str(), &info) != 0) continue;  // deleted but still in git's index
    if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode)) continue;
    const std::string stamp = fmt::format(
        "{} {}.{} {}.{} {} {:o}", info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
        info.st_ctim.tv_sec, info.st_ctim.tv_nsec, info.st_ino, info.st_mode);
    const auto before = old.find(path);
    if (before != old.end() && before->second.stamp == stamp) {
      index[path] = before->second;
      continue;
    }
    auto content = read_tree_file(real, path);
    if (!content) return std::unexpected(content.error());
    if (*content) index[path] = {stamp, content_hash(**content)};
  }
  if (auto written = base::write_file_atomic(index_file, index_text(index)); !written)
    return std::unexpected(written.error());
  return std::make_unique<FolderTree>(real, family, std::move(index));
}

}  // namespace kernel
