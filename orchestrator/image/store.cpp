// SPDX-License-Identifier: Apache-2.0
#include "image/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/hash.h"

namespace image {
namespace {

namespace fs = base::fs;

constexpr std::string_view kSum = ".sum", kLock = ".lock", kUsed = ".used", kUnfinished = ".part";
constexpr std::size_t kBlock = 65536;
constexpr auto kUnusedLast = std::chrono::hours(7 * 24);

fs::path beside(const fs::path& image, std::string_view ending) { return image.string() + std::string(ending); }

bool is_image(const fs::path& path) { return path.extension() == ".cpio" || path.extension() == ".img"; }

bool is_whole(const fs::path& image) {
  const auto known = base::read_file(beside(image, kSum), 256);
  if (!known || known->empty()) return false;
  const auto sum = content_sum(image);
  return sum && *sum == *known;
}

void mark_used(const fs::path& image) { ::utimensat(AT_FDCWD, beside(image, kSum).c_str(), nullptr, 0); }

void remove_files(const fs::path& image) {
  std::error_code ignored;
  // The sum first: without it the image is none, whatever happens in between.
  for (const fs::path& path : {beside(image, kSum), image, beside(image, kUnfinished)}) fs::remove(path, ignored);
}

// Every change of a selftest, the agent or the shell makes a new image of tens of megabytes.
void drop_unused(const fs::path& store) {
  const auto limit = std::chrono::system_clock::now() - kUnusedLast;
  for (const ImageOnDisk& image : list_images(store))
    if (image.last_used < limit) static_cast<void>(remove_image(store, image.name));
}

base::Result<void> make_image(const fs::path& image,
                              const std::function<base::Result<void>(const fs::path&)>& make) {
  const fs::path unfinished = beside(image, kUnfinished);  // ours alone: we hold the lock
  std::error_code error;
  fs::remove(beside(image, kSum), error);
  fs::remove(unfinished, error);
  auto done = make(unfinished);
  if (!done) {
    fs::remove(unfinished, error);
    return done;
  }
  auto sum = content_sum(unfinished);
  if (!sum) return std::unexpected(sum.error());
  fs::rename(unfinished, image, error);
  if (error) return base::fail("cannot create " + image.string() + ": " + error.message());
  return base::write_file_atomic(beside(image, kSum), *sum);
}

}  // namespace

base::Result<std::string> content_sum(const fs::path& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return std::unexpected(base::errno_error("open " + path.string(), errno));
  base::Sha256 hash;
  hash.field("image sum 1").field(std::to_string(info.st_size));
  std::string block(kBlock, '\0');
  off_t at = 0;
  while (at < info.st_size) {
    const off_t data = ::lseek(fd.get(), at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // nothing but a hole is left
    // A file system without SEEK_DATA calls all of it data.
    if (data > at) at = data - data % static_cast<off_t>(kBlock);
    std::size_t have = 0;
    while (have < kBlock) {
      const ssize_t n = ::pread(fd.get(), block.data() + have, kBlock - have, at + static_cast<off_t>(have));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::unexpected(base::errno_error("read " + path.string(), errno));
      if (n == 0) break;
      have += static_cast<std::size_t>(n);
    }
    if (have == 0) break;
    const std::string_view read(block.data(), have);
    if (read.find_first_not_of('\0') != read.npos) hash.field(std::to_string(at)).update(read);
    at += static_cast<off_t>(have);
  }
  return hash.hex();
}

base::Result<StoredImage> find_or_make(const fs::path& store, const std::string& name,
                                       const std::function<base::Result<void>(const fs::path&)>& make) {
  std::error_code error;
  fs::create_directories(store, error);
  if (error) return base::fail("cannot create " + store.string() + ": " + error.message());
  const fs::path image = store / name;
  auto used = base::FileLock::acquire(beside(image, kUsed), true);
  if (!used) return std::unexpected(used.error());
  StoredImage found{image, std::make_shared<base::FileLock>(std::move(*used))};
  if (!is_whole(image)) {
    auto lock = base::FileLock::acquire(beside(image, kLock));
    if (!lock) return std::unexpected(lock.error());
    if (!is_whole(image)) {
      // Others may be using what is damaged: it gets a new file, which they will copy from now on.
      if (auto made = make_image(image, make); !made) return std::unexpected(made.error());
      drop_unused(store);
    }
  }
  mark_used(image);
  return found;
}

std::vector<ImageOnDisk> list_images(const fs::path& store) {
  std::vector<ImageOnDisk> images;
  std::error_code error;
  for (fs::directory_iterator it(store, error), end; !error && it != end; it.increment(error)) {
    struct stat info {}, used {};
    if (!is_image(it->path()) || ::lstat(it->path().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (::stat(beside(it->path(), kSum).c_str(), &used) != 0) used = info;
    images.push_back({it->path().filename().string(), static_cast<std::uint64_t>(info.st_blocks) * 512,
                      std::chrono::system_clock::from_time_t(used.st_mtim.tv_sec)});
  }
  std::ranges::sort(images, {}, &ImageOnDisk::last_used);
  return images;
}

namespace {

struct Locks {
  base::FileLock used, made;
  bool free() const { return used.locked() && made.locked(); }
};

base::Result<Locks> try_lock(const fs::path& image) {
  auto used = base::FileLock::try_acquire(beside(image, kUsed));
  if (!used) return std::unexpected(used.error());
  auto made = base::FileLock::try_acquire(beside(image, kLock));
  if (!made) return std::unexpected(made.error());
  return Locks{std::move(*used), std::move(*made)};
}

}  // namespace

base::Result<Removal> is_busy(const fs::path& store, const std::string& name) {
  auto locks = try_lock(store / name);
  if (!locks) return std::unexpected(locks.error());
  return locks->free() ? Removal::removed : Removal::busy;
}

base::Result<Removal> remove_image(const fs::path& store, const std::string& name) {
  const fs::path image = store / name;
  auto locks = try_lock(image);
  if (!locks) return std::unexpected(locks.error());
  if (!locks->free()) return Removal::busy;
  remove_files(image);
  locks->made.remove_file(beside(image, kLock));
  locks->used.remove_file(beside(image, kUsed));
  return Removal::removed;
}

void sweep_images(const fs::path& store) {
  base::sweep_temporaries(store);
  std::error_code error;
  std::set<std::string> orphans;  // images that are not there, or not finished
  for (fs::directory_iterator it(store, error), end; !error && it != end; it.increment(error)) {
    const fs::path& path = it->path();
    const std::string ending = path.extension().string();
    const bool belongs = ending == kSum || ending == kLock || ending == kUsed || ending == kUnfinished;
    if (belongs && !fs::exists(path.parent_path() / path.stem(), error)) orphans.insert(path.stem().string());
  }
  for (const std::string& name : orphans) static_cast<void>(remove_image(store, name));
}

}  // namespace image
