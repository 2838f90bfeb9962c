// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace base {
namespace {

fs::path xdg_directory(const char* variable, const char* below_home) {
  if (const char* value = std::getenv(variable); value != nullptr && value[0] == '/')
    return fs::path(value) / "vmlab";
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr && home[0] != '\0' ? home : "/tmp") / below_home / "vmlab";
}

Result<UniqueFd> open_and_lock(const fs::path& path, int operation) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) return std::unexpected(errno_error("open lock file " + path.string(), errno));
  while (::flock(fd.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return UniqueFd();
    if (errno != EINTR) return std::unexpected(errno_error("lock " + path.string(), errno));
  }
  return fd;
}

}  // namespace

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Result<std::string> read_file(const fs::path& path, std::size_t limit) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::unexpected(errno_error("open " + path.string(), errno));
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode))
    return fail(path.string() + " is a directory, not a file");
  std::string content;
  if (info.st_size > 0) content.reserve(static_cast<std::size_t>(info.st_size));
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return std::unexpected(errno_error("read " + path.string(), errno));
    if (n == 0) return content;
    if (content.size() + static_cast<std::size_t>(n) > limit)
      return fail(path.string() + " is larger than " + std::to_string(limit) + " bytes");
    content.append(buffer, static_cast<std::size_t>(n));
  }
}

Result<void> write_file_atomic(const fs::path& path, std::string_view content, int mode) {
  std::string temporary = path.string() + ".XXXXXX";
  UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) return std::unexpected(errno_error("create a file beside " + path.string(), errno));
  const auto give_up = [&](std::string_view doing) -> Result<void> {
    const int error = errno;
    ::unlink(temporary.c_str());
    return std::unexpected(errno_error(std::string(doing) + " " + path.string(), error));
  };
  while (!content.empty()) {
    const ssize_t n = ::write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up("write");
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fchmod(fd.get(), static_cast<mode_t>(mode)) != 0) return give_up("set the mode of");
  if (::fsync(fd.get()) != 0) return give_up("flush");
  if (::rename(temporary.c_str(), path.c_str()) != 0) return give_up("replace");
  return {};
}

Result<FileLock> FileLock::acquire(const fs::path& path, bool shared) {
  auto fd = open_and_lock(path, shared ? LOCK_SH : LOCK_EX);
  if (!fd) return std::unexpected(std::move(fd.error()));
  FileLock lock;
  lock.fd_ = std::move(*fd);
  return lock;
}

Result<FileLock> FileLock::try_acquire(const fs::path& path, bool shared) {
  auto fd = open_and_lock(path, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
  if (!fd) return std::unexpected(std::move(fd.error()));
  FileLock lock;
  lock.fd_ = std::move(*fd);
  return lock;
}

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent, std::string_view prefix) {
  std::string name = (parent / std::string(prefix)).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return std::unexpected(errno_error("create a directory in " + parent.string(), errno));
  return TemporaryDirectory(name);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // nothing sensible is left to do in a destructor
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

fs::path cache_directory() { return xdg_directory("XDG_CACHE_HOME", ".cache"); }
fs::path state_directory() { return xdg_directory("XDG_STATE_HOME", ".local/state"); }

}  // namespace base
