// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <vector>

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

bool is_still_at(const UniqueFd& fd, const fs::path& path) {
  struct stat mine {}, there {};
  return ::fstat(fd.get(), &mine) == 0 && ::stat(path.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
         mine.st_dev == there.st_dev;
}

// Whoever held the lock may have removed its file: a lock on a file that has no name any more is worth nothing.
Result<UniqueFd> lock_at(const fs::path& path, int operation) {
  while (true) {
    auto fd = open_and_lock(path, operation);
    if (!fd || !*fd || is_still_at(*fd, path)) return fd;
  }
}

constexpr std::string_view kTemporaryMark = ".tmp-";
constexpr std::size_t kRandomLetters = 6;  // mkstemp(3)

bool is_temporary_file(std::string_view name) {
  const std::size_t tail = kTemporaryMark.size() + kRandomLetters;
  return name.size() > tail && name.substr(name.size() - tail).starts_with(kTemporaryMark);
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
  auto made = open_temporary(path);
  if (!made) return std::unexpected(std::move(made.error()));
  const auto& [temporary, fd] = *made;
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

Result<OpenTemporary> open_temporary(const fs::path& beside) {
  std::string name = beside.string() + std::string(kTemporaryMark) + "XXXXXX";
  UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd) return std::unexpected(errno_error("create a file beside " + beside.string(), errno));
  ::flock(fd.get(), LOCK_EX | LOCK_NB);  // where locks do not work, age alone protects it
  return OpenTemporary{name, std::move(fd)};
}

Result<FileLock> FileLock::acquire(const fs::path& path, bool shared) {
  auto fd = lock_at(path, shared ? LOCK_SH : LOCK_EX);
  if (!fd) return std::unexpected(std::move(fd.error()));
  FileLock lock;
  lock.fd_ = std::move(*fd);
  return lock;
}

Result<FileLock> FileLock::try_acquire(const fs::path& path, bool shared) {
  auto fd = lock_at(path, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
  if (!fd) return std::unexpected(std::move(fd.error()));
  FileLock lock;
  lock.fd_ = std::move(*fd);
  return lock;
}

FileLock::~FileLock() { clear_word(); }

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this == &other) return *this;
  clear_word();
  fd_ = std::move(other.fd_);
  has_word_ = std::exchange(other.has_word_, false);
  return *this;
}

void FileLock::clear_word() {
  if (fd_ && has_word_) static_cast<void>(::ftruncate(fd_.get(), 0));
  has_word_ = false;
}

void FileLock::say_holder(std::string_view doing) {
  if (!fd_) return;
  const std::string text = std::to_string(::getpid()) + " " + std::string(doing) + "\n";
  // A courtesy to those who wait: a full disk must not stop the work.
  has_word_ = ::ftruncate(fd_.get(), 0) == 0 && ::pwrite(fd_.get(), text.data(), text.size(), 0) > 0;
}

void FileLock::remove_file(const fs::path& path) {
  if (fd_ && is_still_at(fd_, path)) ::unlink(path.c_str());
}

std::optional<LockHolder> lock_holder(const fs::path& path) {
  const auto text = read_file(path, 4096);
  if (!text || text->empty()) return std::nullopt;
  LockHolder holder;
  const auto [rest, error] = std::from_chars(text->data(), text->data() + text->size(), holder.pid);
  if (error != std::errc() || holder.pid <= 0) return std::nullopt;
  if (::kill(holder.pid, 0) != 0 && errno == ESRCH) return std::nullopt;
  holder.doing = std::string(rest, text->data() + text->size());
  while (!holder.doing.empty() && holder.doing.back() == '\n') holder.doing.pop_back();
  if (!holder.doing.empty()) holder.doing.erase(0, 1);
  return holder;
}

Result<TemporaryDirectory> TemporaryDirectory::create(const fs::path& parent, std::string_view prefix) {
  std::string name = (parent / std::string(prefix)).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    return std::unexpected(errno_error("create a directory in " + parent.string(), errno));
  UniqueFd alive(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (alive) ::flock(alive.get(), LOCK_EX | LOCK_NB);
  return TemporaryDirectory(name, std::move(alive));
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // nothing sensible is left to do in a destructor
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

std::size_t sweep_temporaries(const fs::path& folder, std::initializer_list<std::string_view> directory_prefixes) {
  constexpr std::time_t kYoung = 60;  // between its making and its locking a file is nobody's
  std::size_t removed = 0;
  std::error_code ignored;
  std::vector<fs::path> doubtful;
  for (fs::directory_iterator it(folder, ignored), end; it != end; it.increment(ignored)) {
    const std::string name = it->path().filename().string();
    const auto has_prefix = [&](std::string_view prefix) {
      return name.size() == prefix.size() + kRandomLetters && name.starts_with(prefix);
    };
    const bool directory = !it->is_symlink(ignored) && it->is_directory(ignored);
    if (directory ? std::ranges::any_of(directory_prefixes, has_prefix) : is_temporary_file(name))
      doubtful.push_back(it->path());
  }
  for (const fs::path& path : doubtful) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0 || std::time(nullptr) - info.st_mtim.tv_sec < kYoung) continue;
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (fs::remove_all(path, ignored) > 0) ++removed;
  }
  return removed;
}

fs::path cache_directory() { return xdg_directory("XDG_CACHE_HOME", ".cache"); }
fs::path state_directory() { return xdg_directory("XDG_STATE_HOME", ".local/state"); }

}  // namespace base
