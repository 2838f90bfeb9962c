// SPDX-License-Identifier: Apache-2.0
#include "kernel/base_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/hash.h"
#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;

class PristineTree : public BaseTree {
 public:
  PristineTree(fs::path folder, std::string identity, std::string description,
               std::shared_ptr<const void> in_use)
      : folder_(std::move(folder)),
        identity_(std::move(identity)),
        description_(std::move(description)),
        in_use_(std::move(in_use)) {}
  const std::string& identity() const override { return identity_; }
  const std::string& family() const override { return identity_; }
  base::Result<std::optional<FileContent>> read(const std::string& path) const override {
    return read_tree_file(folder_, path);
  }
  base::Result<void> populate(const fs::path& destination) const override;
  base::Result<std::optional<std::vector<std::string>>> changed_since(
      const std::string& snap) const override {
    if (snap == identity_) return std::vector<std::string>{};
    return std::nullopt;
  }
  std::optional<fs::path> pristine_folder() const override { return folder_; }
  std::string description() const override { return description_; }

 private:
  fs::path folder_;
  std::string identity_, description_;
  std::shared_ptr<const void> in_use_;
};

// Hard links: the files cost no space, and write_tree_file() never writes into an inode.
base::Result<void> PristineTree::populate(const fs::path& destination) const {
  std::error_code error;
  fs::create_directories(destination, error);
  for (fs::recursive_directory_iterator it(folder_, error), end; it != end && !error;
       it.increment(error)) {
    const fs::path target = destination / it->path().lexically_relative(folder_);
    if (it->is_symlink())
      fs::copy_symlink(it->path(), target, error);
    else if (it->is_directory())
      fs::create_directory(target, error);
    else
      fs::create_hard_link(it->path(), target, error);
    if (error) break;
  }
  if (error) return base::fail(fmt::format("copying {}: {}", folder_.string(), error.message()));
  return {};
}

}  // namespace

bool decides_config(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1);
  return name.starts_with("Kconfig") || name.starts_with("Makefile") ||
         name.starts_with("Kbuild") || path.starts_with("scripts/") || path.contains("configs/");
}

base::Result<std::map<std::string, FileContent>> BaseTree::read_many(
    const std::vector<std::string>& paths) const {
  std::map<std::string, FileContent> contents;
  for (const std::string& path : paths) {
    auto content = read(path);
    if (!content) return std::unexpected(content.error());
    if (*content) contents[path] = std::move(**content);
  }
  return contents;
}

std::string overlay_identity(const Overlay& overlay) {
  base::Sha256 hash;
  for (const auto& [path, content] : overlay) {
    hash.field(path);
    if (!content)
      hash.field("deleted");
    else
      hash.field(content->symlink      ? "link"
                 : content->executable ? "program"
                                       : "file")
          .field(content->bytes);
  }
  return overlay.empty() ? std::string() : hash.hex().substr(0, 32);
}

std::unique_ptr<BaseTree> pristine_tree(fs::path folder, std::string identity,
                                        std::string description,
                                        std::shared_ptr<const void> in_use) {
  return std::make_unique<PristineTree>(std::move(folder), std::move(identity),
                                        std::move(description), std::move(in_use));
}

base::Result<std::optional<FileContent>> read_tree_file(const fs::path& root,
                                                        const std::string& path) {
  const fs::path full = root / path;
  struct stat info {};
  if (::lstat(full.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return std::unexpected(base::errno_error("looking at " + full.string(), errno));
  }
  if (S_ISLNK(info.st_mode)) {
    std::error_code error;
    const fs::path target = fs::read_symlink(full, error);
    if (error) return base::fail(fmt::format("reading {}: {}", full.string(), error.message()));
    return FileContent{target.string(), false, true};
  }
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  auto bytes = base::read_file(full, 256 << 20);
  if (!bytes) return std::unexpected(bytes.error());
  return FileContent{std::move(*bytes), (info.st_mode & 0100) != 0, false};
}

base::Result<void> write_tree_file(const fs::path& root, const std::string& path,
                                   const std::optional<FileContent>& content) {
  const fs::path full = root / path;
  std::error_code error;
  if (!content) {
    fs::remove(full, error);
    if (error) return base::fail(fmt::format("removing {}: {}", full.string(), error.message()));
    return {};
  }
  fs::create_directories(full.parent_path(), error);
  if (error)
    return base::fail(fmt::format("creating {}: {}", full.parent_path().string(), error.message()));
  if (content->symlink) {
    fs::remove(full, error);
    fs::create_symlink(content->bytes, full, error);
    if (error) return base::fail(fmt::format("linking {}: {}", full.string(), error.message()));
    return {};
  }
  const std::string temporary = full.string() + ".vmlab-new";
  base::UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                           content->executable ? 0755 : 0644));
  if (!fd) return std::unexpected(base::errno_error("creating " + temporary, errno));
  for (std::size_t done = 0; done < content->bytes.size();) {
    const ssize_t n = ::write(fd.get(), content->bytes.data() + done, content->bytes.size() - done);
    if (n < 0) return std::unexpected(base::errno_error("writing " + temporary, errno));
    done += static_cast<std::size_t>(n);
  }
  if (::rename(temporary.c_str(), full.c_str()) != 0)
    return std::unexpected(base::errno_error("renaming " + temporary, errno));
  return {};
}

base::Result<std::string> version_of(const BaseTree& tree) {
  auto makefile = tree.read("Makefile");
  if (!makefile) return std::unexpected(makefile.error());
  if (!*makefile) return base::fail("there is no Makefile: this is not a kernel tree");
  std::string version, patchlevel, sublevel, extra;
  for (std::string_view line : base::split_lines((*makefile)->bytes)) {
    const std::size_t equals = line.find('=');
    if (equals == line.npos) continue;
    const std::string_view name = base::trim(line.substr(0, equals));
    const std::string value(base::trim(line.substr(equals + 1)));
    if (name == "VERSION")
      version = value;
    else if (name == "PATCHLEVEL")
      patchlevel = value;
    else if (name == "SUBLEVEL")
      sublevel = value;
    else if (name == "EXTRAVERSION") {
      extra = value;
      break;
    }
  }
  if (version.empty() || patchlevel.empty())
    return base::fail("the Makefile names no VERSION and PATCHLEVEL: this is not a kernel tree");
  return version + "." + patchlevel + (sublevel.empty() ? "" : "." + sublevel) + extra;
}

}  // namespace kernel
