// SPDX-License-Identifier: Apache-2.0
// Whole files, atomic replacement, locks, and the folders vmlab lives in.
#pragma once
#include <chrono>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace base {

namespace fs = std::filesystem;

// Owns a descriptor; closes it when it goes.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// Refuses files larger than `limit` bytes, so that a hostile or wrong file cannot eat the memory.
Result<std::string> read_file(const fs::path& path, std::size_t limit = std::size_t{1} << 30);

// Writes beside the target, flushes to disk, renames: readers see the old or the new file, never half.
Result<void> write_file_atomic(const fs::path& path, std::string_view content, int mode = 0644);

// An advisory flock() on a file of its own; the kernel drops it when the process dies, so it is never stale.
class FileLock {
 public:
  // Waits for the lock. Blocking: call it from a worker thread when somebody else may hold it long.
  static Result<FileLock> acquire(const fs::path& path, bool shared = false);
  // Returns an unlocked object when somebody else holds it.
  static Result<FileLock> try_acquire(const fs::path& path, bool shared = false);
  bool locked() const { return bool(fd_); }

  // Leaves a word in the file for those who wait: this process and what it does. Of an exclusive lock; the word
  // goes with it.
  void say_holder(std::string_view doing);
  // Removes the lock's file. Of an exclusive lock: whoever waits for it notices and makes a new file.
  void remove_file(const fs::path& path);

  FileLock() = default;
  ~FileLock();
  FileLock(FileLock&&) noexcept = default;
  FileLock& operator=(FileLock&& other) noexcept;

 private:
  void clear_word();
  UniqueFd fd_;
  bool has_word_ = false;
};

// Who holds the exclusive lock on a file and what for, as FileLock::say_holder() left it.
struct LockHolder {
  int pid = 0;
  std::string doing;
};
// nullopt: nobody said anything, or who did is dead.
std::optional<LockHolder> lock_holder(const fs::path& path);

// A fresh directory under `parent`, removed with its content when the object goes.
class TemporaryDirectory {
 public:
  static Result<TemporaryDirectory> create(const fs::path& parent, std::string_view prefix);
  ~TemporaryDirectory();
  TemporaryDirectory(TemporaryDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), alive_(std::move(other.alive_)) {}
  TemporaryDirectory& operator=(TemporaryDirectory&&) = delete;
  const fs::path& path() const { return path_; }

 private:
  TemporaryDirectory(fs::path path, UniqueFd alive) : path_(std::move(path)), alive_(std::move(alive)) {}
  fs::path path_;
  UniqueFd alive_;  // locked as long as the owner lives
};

// Removes what killed processes left in `folder`: files of write_file_atomic() and OpenTemporary, and directories of
// TemporaryDirectory with one of these prefixes. What a living process holds, and what is younger than a minute,
// stays. Returns how many went.
std::size_t sweep_temporaries(const fs::path& folder, std::initializer_list<std::string_view> directory_prefixes = {});

// A fresh, empty file beside `path`, to be filled and renamed to it. It is locked, so that a sweep leaves it alone
// until it is closed.
struct OpenTemporary {
  fs::path path;
  UniqueFd fd;
};
Result<OpenTemporary> open_temporary(const fs::path& beside);

// $XDG_CACHE_HOME/vmlab (by default ~/.cache/vmlab): artefacts, can be deleted at any time.
fs::path cache_directory();
// $XDG_STATE_HOME/vmlab (by default ~/.local/state/vmlab): results, the default of --results.
fs::path state_directory();

}  // namespace base
