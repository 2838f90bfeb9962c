// SPDX-License-Identifier: Apache-2.0
#include "image/block.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/hash.h"
#include "base/units.h"

namespace image {
namespace {

namespace fs = base::fs;

constexpr std::string_view kRecipeVersion = "vmlab-block-1";
constexpr std::string_view kUuid = "76d1ab00-0000-4000-8000-000000000001";
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
// mkfs.xfs refuses anything smaller ("Filesystem must be larger than 300MB").
constexpr std::uint64_t kSmallestXfs = 320 * kMiB;
constexpr std::uint64_t kSmallestExt4 = 64 * kMiB;

std::uint64_t size_of(const BlockSpec& spec) {
  if (spec.filesystem == model::ScratchFs::xfs) return std::max(spec.bytes, kSmallestXfs);
  return std::max(spec.bytes, kSmallestExt4);
}

// mkfs.xfs 6.1 ignores SOURCE_DATE_EPOCH and draws inode generations at random, so the three inodes
// of a new file system (root, realtime bitmap and summary: 128 to 130 with this geometry) are
// written over.
std::vector<std::string> xfs_fix_command(const fs::path& path) {
  std::vector<std::string> command{"xfs_db", "-x"};
  const auto add = [&](std::string text) {
    command.emplace_back("-c");
    command.push_back(std::move(text));
  };
  for (const char* inode : {"128", "129", "130"}) {
    add(std::string("inode ") + inode);
    add("write core.gen 0");
    for (const char* time : {"core.atime", "core.mtime", "core.ctime", "v3.crtime"}) {
      add(std::string("write ") + time + ".sec 0");
      add(std::string("write ") + time + ".nsec 0");
    }
  }
  command.push_back(path.string());
  return command;
}

base::Result<void> make(const BlockSpec& spec, const fs::path& path, const RunTool& run) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(size_of(spec))) != 0)
    return std::unexpected(base::errno_error("create " + path.string(), errno));
  fd.reset();
  auto done = run(mkfs_command(spec, path), {{"SOURCE_DATE_EPOCH", "1767225600"},  // 2026-01-01
                                             {"E2FSPROGS_FAKE_TIME", "1767225600"},
                                             {"DETERMINISTIC_SEED", "1"}});
  if (done && spec.filesystem == model::ScratchFs::xfs) done = run(xfs_fix_command(path), {});
  // mkfs.xfs writes its log as 64 MiB of zeroes, which every job would copy.
  if (done) done = run({"fallocate", "--dig-holes", path.string()}, {});
  if (!done)
    return base::fail(done.error().message,
                      "install e2fsprogs and xfsprogs (`vmlab doctor` says how)");
  return {};
}

}  // namespace

std::vector<std::string> mkfs_command(const BlockSpec& spec, const fs::path& path) {
  if (spec.filesystem == model::ScratchFs::xfs)
    return {"mkfs.xfs", "-q", "-f", "-K", "-m", "uuid=" + std::string(kUuid), path.string()};
  return {"mkfs.ext4",
          "-q",
          "-F",
          "-U",
          std::string(kUuid),
          "-E",
          "hash_seed=" + std::string(kUuid) + ",root_owner=0:0,lazy_itable_init=0,nodiscard",
          path.string()};
}

base::Result<StoredImage> block_image(const BlockSpec& spec, const fs::path& store,
                                   const RunTool& run) {
  if (spec.filesystem == model::ScratchFs::none) return base::fail("no file system was asked for");
  base::Sha256 hash;
  hash.field(kRecipeVersion);
  for (const std::string& word : mkfs_command(spec, "image")) hash.field(word);
  const std::string name = std::string(to_string(spec.filesystem)) + "-" +
                           base::format_size(size_of(spec)) + "-" + hash.hex().substr(0, 16);
  return find_or_make(store, name + ".img", [&](const fs::path& path) { return make(spec, path, run); });
}

base::Result<void> copy_sparse(const fs::path& from, const fs::path& to) {
  base::UniqueFd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return std::unexpected(base::errno_error("open " + from.string(), errno));
  base::UniqueFd out(::open(to.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!out) return std::unexpected(base::errno_error("create " + to.string(), errno));
  if (::ioctl(out.get(), FICLONE, in.get()) == 0) return {};
  const off_t size = ::lseek(in.get(), 0, SEEK_END);
  if (size < 0 || ::ftruncate(out.get(), size) != 0)
    return std::unexpected(base::errno_error("size " + to.string(), errno));
  std::string buffer(std::size_t{1} << 20, '\0');
  for (off_t at = ::lseek(in.get(), 0, SEEK_DATA); at >= 0 && at < size;
       at = ::lseek(in.get(), at, SEEK_DATA)) {
    const off_t hole = ::lseek(in.get(), at, SEEK_HOLE);
    while (at < hole) {
      const auto want = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>(hole - at));
      const ssize_t n = ::pread(in.get(), buffer.data(), want, at);
      if (n <= 0) return std::unexpected(base::errno_error("read " + from.string(), errno));
      if (::pwrite(out.get(), buffer.data(), static_cast<std::size_t>(n), at) != n)
        return std::unexpected(base::errno_error("write " + to.string(), errno));
      at += n;
    }
  }
  return {};
}

}  // namespace image
