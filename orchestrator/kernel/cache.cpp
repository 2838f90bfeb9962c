// SPDX-License-Identifier: Apache-2.0
#include "kernel/cache.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <cerrno>

#include "kernel/cache_manifest.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

constexpr const char* kUsedName = ".used";  // its mtime says when the entry was last used
constexpr const char* kScratchPrefix = ".tmp-";
constexpr auto kLogsLast = std::chrono::hours(14 * 24);

void touch(const fs::path& path) {
  base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (fd) ::futimens(fd.get(), nullptr);
}

std::uint64_t bytes_below(const fs::path& folder) {
  std::uint64_t total = 0;
  std::error_code ignored;
  for (fs::recursive_directory_iterator it(folder, ignored), end; it != end;
       it.increment(ignored)) {
    struct stat info {};
    // A file shared by n hard links counts as its n-th part here.
    if (::lstat(it->path().c_str(), &info) == 0 && S_ISREG(info.st_mode))
      total += static_cast<std::uint64_t>(info.st_blocks) * 512 /
               std::max<std::uint64_t>(info.st_nlink, 1);
  }
  return total;
}

std::chrono::system_clock::time_point last_used(const fs::path& folder) {
  struct stat info {};
  if (::stat((folder / kUsedName).c_str(), &info) != 0 && ::stat(folder.c_str(), &info) != 0)
    return {};
  return std::chrono::system_clock::from_time_t(info.st_mtim.tv_sec);
}

void remove_quietly(const fs::path& path) {
  std::error_code ignored;
  fs::remove_all(path, ignored);
}

// ".tmp-<key>-<random>" to the key.
std::string key_of_scratch(std::string_view name) {
  name.remove_prefix(std::string_view(kScratchPrefix).size());
  return std::string(name.substr(0, name.rfind('-')));
}

}  // namespace

ArtifactCache::ArtifactCache(fs::path root) : root_(std::move(root)) {
  std::error_code error;
  fs::create_directories(root_ / "locks", error);
  if (error)
    throw base::InfraError(
        fmt::format("cannot create the cache {}: {}", root_.string(), error.message()),
        "set XDG_CACHE_HOME to a folder that can be written");
}

fs::path ArtifactCache::entry_folder(const std::string& kind, const std::string& key) const {
  return kind == "worktree" ? root_ / "worktrees" / key : root_ / "artifacts" / kind / key;
}

fs::path ArtifactCache::lock_path(const std::string& kind, const std::string& key) const {
  return root_ / "locks" / (kind + "-" + key);
}

std::optional<Artifact> ArtifactCache::load(const std::string& kind, const std::string& key) const {
  const fs::path folder = entry_folder(kind, key);
  struct stat info {};
  if (::stat((folder / kManifestName).c_str(), &info) != 0) return std::nullopt;
  // An entry that is built again has a manifest of another time.
  const std::string manifest = fmt::format("{} {}.{}", folder.string(), info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
  const bool known = [&] {
    const std::lock_guard lock(seen_->mutex);
    return seen_->whole.contains(manifest);
  }();
  auto meta = check_manifest(folder, known ? Trust::times : Trust::nothing);
  if (!meta) return std::nullopt;
  {
    const std::lock_guard lock(seen_->mutex);
    seen_->whole.insert(manifest);
  }
  touch(folder / kUsedName);
  return Artifact{folder, kind, key, std::make_shared<const json::object>(std::move(*meta)),
                  nullptr};
}

std::optional<Artifact> ArtifactCache::find(const std::string& kind, const std::string& key) const {
  if (!fs::exists(entry_folder(kind, key) / kManifestName)) return std::nullopt;
  auto lock = base::FileLock::try_acquire(lock_path(kind, key), true);
  if (!lock || !lock->locked()) return std::nullopt;  // being rebuilt: open() waits for it
  auto artifact = load(kind, key);
  if (artifact) artifact->in_use = std::make_shared<base::FileLock>(std::move(*lock));
  return artifact;
}

ArtifactCache::Slot::Slot(const ArtifactCache& cache, std::string kind, std::string key,
                          base::FileLock lock)
    : cache_(&cache), kind_(std::move(kind)), key_(std::move(key)), lock_(std::move(lock)) {}
ArtifactCache::Slot::Slot(Slot&& other) noexcept
    : cache_(other.cache_),
      kind_(std::move(other.kind_)),
      key_(std::move(other.key_)),
      lock_(std::move(other.lock_)),
      scratch_(std::exchange(other.scratch_, {})),
      artifact_(std::move(other.artifact_)) {}
ArtifactCache::Slot::~Slot() {
  if (!scratch_.empty()) remove_quietly(scratch_);
}

base::Result<ArtifactCache::Slot> ArtifactCache::open(const std::string& kind,
                                                      const std::string& key,
                                                      const Waiting& waiting) const {
  while (true) {
    auto lock = wait_for_lock(lock_path(kind, key), waiting);
    if (!lock) return std::unexpected(lock.error());
    Slot slot(*this, kind, key, std::move(*lock));
    slot.artifact_ = load(kind, key);
    if (slot.artifact_) {
      // Somebody was faster. Trade the exclusive lock for a shared one; should gc come in between,
      // retry.
      slot.lock_ = base::FileLock{};
      slot.artifact_ = find(kind, key);
      if (!slot.artifact_) continue;
      return slot;
    }
    const fs::path folder = entry_folder(kind, key);
    remove_quietly(folder);  // damaged, or not there
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    for (const auto& item : fs::directory_iterator(folder.parent_path(), error))
      if (const std::string name = item.path().filename().string();
          name.starts_with(kScratchPrefix) && key_of_scratch(name) == key)
        remove_quietly(item.path());  // we hold the lock: whoever made it is dead
    std::string scratch = (folder.parent_path() / (kScratchPrefix + key + "-XXXXXX")).string();
    if (!::mkdtemp(scratch.data()))
      return std::unexpected(base::errno_error("creating " + scratch, errno));
    ::chmod(scratch.c_str(), 0755);
    slot.scratch_ = scratch;
    return slot;
  }
}

base::Result<Artifact> ArtifactCache::Slot::commit(json::object meta) {
  VMLAB_ASSERT(!scratch_.empty());
  if (auto written = write_manifest(scratch_, kind_, key_, std::move(meta)); !written)
    return std::unexpected(std::move(written.error()).while_doing("writing a cache entry"));
  if (auto flushed = flush_to_disk(scratch_); !flushed) return std::unexpected(flushed.error());
  const fs::path folder = cache_->entry_folder(kind_, key_);
  if (::rename(scratch_.c_str(), folder.c_str()) != 0)
    return std::unexpected(base::errno_error("renaming " + scratch_.string(), errno));
  scratch_.clear();
  auto artifact = cache_->load(kind_, key_);
  if (!artifact)
    return base::fail("the cache entry " + folder.string() + " is damaged right after its making");
  lock_ = base::FileLock{};
  if (auto shared = cache_->find(kind_, key_)) return std::move(*shared);
  return std::move(*artifact);
}

std::vector<CacheEntry> ArtifactCache::list() const {
  std::vector<CacheEntry> entries;
  std::error_code ignored;
  const auto add = [&](const std::string& kind, const fs::path& folder) {
    CacheEntry entry{kind, folder.filename().string(), {}, bytes_below(folder), last_used(folder)};
    if (auto meta = check_manifest(folder, Trust::whatever))
      if (const json::value* summary = meta->if_contains("summary");
          summary && summary->is_string())
        entry.summary = summary->as_string().c_str();
    entries.push_back(std::move(entry));
  };
  for (const auto& kind : fs::directory_iterator(root_ / "artifacts", ignored))
    for (const auto& item : fs::directory_iterator(kind.path(), ignored))
      if (!item.path().filename().string().starts_with('.'))
        add(kind.path().filename().string(), item.path());
  for (const auto& item : fs::directory_iterator(root_ / "worktrees", ignored))
    if (item.is_directory(ignored) && !item.path().filename().string().starts_with('.'))
      add("worktree", item.path());
  std::ranges::sort(entries, {}, &CacheEntry::last_used);
  return entries;
}

void ArtifactCache::sweep(const fs::path& folder, const std::string& kind) const {
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder, ignored)) {
    const std::string name = item.path().filename().string();
    if (!name.starts_with(kScratchPrefix)) continue;
    auto lock = base::FileLock::try_acquire(lock_path(kind, key_of_scratch(name)));
    if (lock && lock->locked()) remove_quietly(item.path());
  }
}

void ArtifactCache::clean() const {
  std::error_code ignored;
  for (const auto& kind : fs::directory_iterator(root_ / "artifacts", ignored))
    sweep(kind.path(), kind.path().filename().string());
  sweep(root_ / "worktrees", "worktree");
  for (const auto& tree : fs::directory_iterator(root_ / "worktrees", ignored)) base::sweep_temporaries(tree.path());
  for (const char* folder : {"objects", "index", "apt", "apt/etc", "apt/state", "apt/resolved"})
    base::sweep_temporaries(root_ / folder);
  base::sweep_temporaries(root_ / "apt/cache", {"download"});
  base::sweep_temporaries(root_, {"unpack"});
}

// Locks of entries that are no more. A process that is about to build one notices and makes a new file.
void ArtifactCache::drop_idle_locks() const {
  std::error_code ignored;
  std::vector<fs::path> idle;
  for (const auto& item : fs::directory_iterator(root_ / "locks", ignored)) {
    const std::string name = item.path().filename().string();
    bool needed = false;
    for (std::size_t dash = name.find('-'); dash != name.npos && !needed; dash = name.find('-', dash + 1))
      needed = fs::exists(entry_folder(name.substr(0, dash), name.substr(dash + 1)), ignored);
    if (!needed) idle.push_back(item.path());
  }
  for (const fs::path& path : idle)
    if (auto lock = base::FileLock::try_acquire(path); lock && lock->locked()) lock->remove_file(path);
}

base::Result<GcReport> ArtifactCache::gc(const GcPolicy& policy) const {
  GcReport report;
  std::error_code ignored;
  if (!policy.dry_run) {
    clean();
    const auto long_ago = fs::file_time_type::clock::now() - kLogsLast;
    for (const auto& item : fs::directory_iterator(root_ / "logs", ignored))
      if (item.last_write_time(ignored) < long_ago) fs::remove(item.path(), ignored);
  }
  std::vector<CacheEntry> entries = list();
  for (const CacheEntry& entry : entries) report.bytes_left += entry.bytes;
  const auto now = std::chrono::system_clock::now();
  for (CacheEntry& entry : entries) {  // longest unused first
    const bool old = policy.older_than && now - entry.last_used > *policy.older_than;
    const bool too_much = policy.max_bytes && report.bytes_left > *policy.max_bytes;
    if (!old && !too_much) continue;
    auto lock = base::FileLock::try_acquire(lock_path(entry.kind, entry.key));
    if (!lock) return std::unexpected(lock.error());
    if (!lock->locked()) {
      report.busy.push_back(std::move(entry));
      continue;
    }
    if (!policy.dry_run) {
      // Renamed first: a look-up must not see half an entry.
      const fs::path folder = entry_folder(entry.kind, entry.key);
      const fs::path doomed = folder.parent_path() / (kScratchPrefix + entry.key + "-gone");
      fs::rename(folder, doomed, ignored);
      remove_quietly(doomed);
      remove_quietly(folder);
    }
    report.bytes_left -= std::min(report.bytes_left, entry.bytes);
    report.removed.push_back(std::move(entry));
  }
  if (!policy.dry_run) drop_idle_locks();
  return report;
}

}  // namespace kernel
