// SPDX-License-Identifier: Apache-2.0
#include "image/image.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/hash.h"
#include "image/store.h"

namespace image {
namespace {

namespace fs = base::fs;

base::Result<std::string> spec_identity(const ImageSpec& spec) {
  base::Sha256 hash;
  std::vector<Entry> plain = skeleton_entries();
  plain.push_back({.path = "/init", .mode = 0755, .source = spec.agent});
  plain.insert(plain.end(), spec.extra.begin(), spec.extra.end());
  for (const Tree& tree : spec.trees) {
    if (tree.identity.empty()) {
      auto entries = tree_entries(tree);
      if (!entries) return std::unexpected(entries.error());
      plain.insert(plain.end(), entries->begin(), entries->end());
      continue;
    }
    hash.field("tree").field(tree.guest).field(tree.identity);
    for (const std::string& name : tree.only) hash.field(name);
  }
  auto rest = cpio_identity(plain);
  if (!rest) return std::unexpected(rest.error());
  return hash.field("plain").field(*rest).hex();
}

base::Result<void> append_file(int out, const fs::path& source) {
  base::UniqueFd in(::open(source.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return std::unexpected(base::errno_error("open " + source.string(), errno));
  if (::ioctl(out, FICLONE, in.get()) == 0) {
    if (::lseek(out, 0, SEEK_END) < 0)
      return std::unexpected(base::errno_error("seek in the image", errno));
    return {};
  }
  std::string buffer;
  while (true) {
    ssize_t n = ::copy_file_range(in.get(), nullptr, out, nullptr, std::size_t{1} << 26, 0);
    if (n < 0 && (errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP)) {
      buffer.resize(std::size_t{1} << 20);
      n = ::read(in.get(), buffer.data(), buffer.size());
      for (ssize_t done = 0; done < n;) {
        const ssize_t put = ::write(out, buffer.data() + done, static_cast<std::size_t>(n - done));
        if (put < 0) return std::unexpected(base::errno_error("write the image", errno));
        done += put;
      }
    }
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(base::errno_error("copy " + source.string(), errno));
    if (n == 0) return {};
  }
}

}  // namespace

std::vector<Entry> skeleton_entries() {
  std::vector<Entry> entries;
  for (const char* path :
       {"/dev", "/proc", "/sys", "/run", "/etc", "/mnt", "/root", "/var", "/var/tmp", "/vmlab",
        "/vmlab/selftests", "/vmlab/bin", "/vmlab/scratch"})
    entries.push_back({.path = path, .kind = EntryKind::directory, .mode = 0755});
  entries.push_back({.path = "/tmp", .kind = EntryKind::directory, .mode = 01777});
  const auto device = [&](const char* path, int mode, unsigned major, unsigned minor) {
    entries.push_back({.path = path,
                       .kind = EntryKind::character_device,
                       .mode = mode,
                       .device_major = major,
                       .device_minor = minor});
  };
  device("/dev/console", 0600, 5, 1);
  device("/dev/null", 0666, 1, 3);
  entries.push_back({.path = "/etc/passwd",
                     .content = "root:x:0:0:root:/root:/bin/sh\n"
                                "nobody:x:65534:65534:nobody:/:/bin/false\n"});
  entries.push_back({.path = "/etc/group", .content = "root:x:0:\nnogroup:x:65534:\n"});
  entries.push_back({.path = "/etc/hostname", .content = "vmlab\n"});
  entries.push_back({.path = "/etc/mtab", .kind = EntryKind::symlink, .content = "/proc/mounts"});
  return entries;
}

base::Result<std::vector<Entry>> tree_entries(const Tree& tree) {
  std::vector<Entry> entries;
  std::error_code error;
  fs::recursive_directory_iterator walk(tree.host, error);
  if (error) return base::fail("cannot read " + tree.host.string() + ": " + error.message());
  for (; walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    if (error) return base::fail("cannot read " + tree.host.string() + ": " + error.message());
    const fs::path relative = walk->path().lexically_relative(tree.host);
    if (!tree.only.empty() &&
        std::ranges::find(tree.only, relative.begin()->string()) == tree.only.end()) {
      if (walk->is_directory(error) && !walk->is_symlink(error)) walk.disable_recursion_pending();
      continue;
    }
    Entry entry{.path = tree.guest + "/" + relative.string()};
    const fs::file_status status = walk->symlink_status(error);
    if (fs::is_symlink(status)) {
      entry.kind = EntryKind::symlink;
      entry.mode = 0777;
      entry.content = fs::read_symlink(walk->path(), error).string();
      if (error) return base::fail("cannot read the link " + walk->path().string());
    } else if (fs::is_directory(status)) {
      entry.kind = EntryKind::directory;
      entry.mode = 0755;
    } else if (fs::is_regular_file(status)) {
      const bool executable = (status.permissions() & fs::perms::owner_exec) != fs::perms::none;
      entry.mode = executable ? 0755 : 0644;
      entry.source = walk->path();
    } else {
      return base::fail(walk->path().string() + " is neither a file, a folder nor a link");
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

base::Result<std::vector<Entry>> image_entries(const ImageSpec& spec) {
  std::vector<Entry> entries = skeleton_entries();
  entries.push_back({.path = "/init", .mode = 0755, .source = spec.agent});
  for (const Tree& tree : spec.trees) {
    auto below = tree_entries(tree);
    if (!below) return std::unexpected(below.error());
    entries.insert(entries.end(), std::make_move_iterator(below->begin()),
                   std::make_move_iterator(below->end()));
  }
  entries.insert(entries.end(), spec.extra.begin(), spec.extra.end());
  return entries;
}

base::Result<BaseImage> base_image(const ImageSpec& spec, const fs::path& store) {
  auto identity = spec_identity(spec);
  if (!identity) return std::unexpected(identity.error());
  auto stored = find_or_make(store, *identity + ".cpio", [&](const fs::path& path) -> base::Result<void> {
    auto entries = image_entries(spec);
    if (!entries) return std::unexpected(entries.error());
    return write_cpio(*entries, path);
  });
  if (!stored) return std::unexpected(stored.error());
  std::error_code error;
  BaseImage image{.path = stored->path, .identity = *identity, .in_use = stored->in_use};
  image.size = fs::file_size(image.path, error);
  if (error) return base::fail("cannot read " + image.path.string() + ": " + error.message());
  return image;
}

base::Result<std::string> job_archive(const std::string& plan_text,
                                      const std::vector<Entry>& extra) {
  std::vector<Entry> entries = extra;
  entries.push_back({.path = "/vmlab/plan", .content = plan_text});
  return cpio_bytes(entries);
}

base::Result<void> assemble(const BaseImage& base, const std::string& plan_text,
                            const fs::path& initrd, const std::vector<Entry>& extra) {
  auto own = job_archive(plan_text, extra);
  if (!own) return std::unexpected(own.error());
  auto made = base::open_temporary(initrd);
  if (!made) return std::unexpected(made.error());
  const auto& [temporary, out] = *made;
  auto done = append_file(out.get(), base.path);
  for (std::size_t at = 0; done && at < own->size();) {
    const ssize_t n = ::write(out.get(), own->data() + at, own->size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      done = std::unexpected(base::errno_error("write " + temporary.string(), errno));
    else
      at += static_cast<std::size_t>(n);
  }
  if (done && (::fchmod(out.get(), 0644) != 0 || ::rename(temporary.c_str(), initrd.c_str()) != 0))
    done = std::unexpected(base::errno_error("replace " + initrd.string(), errno));
  if (!done) ::unlink(temporary.c_str());
  return done;
}

}  // namespace image
