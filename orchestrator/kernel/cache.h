// SPDX-License-Identifier: Apache-2.0
// The artefact cache: folders named by the hash of what went into them, below
// artifacts/<kind>/<key>/, each with a manifest.json. An entry appears whole (built beside,
// flushed, renamed) or not at all. Processes share it: whoever builds a key holds its lock, the
// others wait and then find it; whoever uses an entry holds the lock shared, so that gc() leaves it
// alone.
#pragma once
#include <boost/json/fwd.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/waiting.h"

namespace kernel {

// A finished entry. Keep it alive while its files are in use.
struct Artifact {
  base::fs::path folder;
  std::string kind;
  std::string key;
  std::shared_ptr<const boost::json::object> meta;  // what the builder wanted to remember
  std::shared_ptr<base::FileLock> in_use;
};

struct CacheEntry {
  std::string kind;
  std::string key;
  std::string summary;  // meta "summary": one line for people
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point last_used;
};

struct GcPolicy {
  std::optional<std::chrono::hours> older_than;  // drop what nobody used for so long
  std::optional<std::uint64_t> max_bytes;        // then drop the longest unused until it fits
  bool dry_run = false;
};

struct GcReport {
  std::vector<CacheEntry> removed;
  std::vector<CacheEntry> busy;  // would have gone, but somebody uses them
  std::uint64_t bytes_left = 0;
};

class ArtifactCache {
 public:
  // `root` is created; the default is base::cache_directory().
  explicit ArtifactCache(base::fs::path root = base::cache_directory());

  // The entry if it is there and whole; marks it as used. A damaged entry counts as absent: its files are hashed
  // the first time that this object looks at it, afterwards when their times have changed.
  std::optional<Artifact> find(const std::string& kind, const std::string& key) const;

  // The right to build one entry: holds the key's lock. Filling the scratch folder and not
  // committing leaves nothing behind.
  class Slot {
   public:
    // Set when somebody else built it while we waited for the lock: nothing to do.
    const std::optional<Artifact>& artifact() const { return artifact_; }
    const base::fs::path& scratch() const { return scratch_; }
    // Writes the manifest, flushes, renames. The slot is done afterwards.
    base::Result<Artifact> commit(boost::json::object meta);
    Slot(Slot&&) noexcept;
    ~Slot();

   private:
    friend class ArtifactCache;
    Slot(const ArtifactCache& cache, std::string kind, std::string key, base::FileLock lock);
    const ArtifactCache* cache_;
    std::string kind_, key_;
    base::FileLock lock_;
    base::fs::path scratch_;
    std::optional<Artifact> artifact_;
  };
  // Waits until nobody else builds this key.
  base::Result<Slot> open(const std::string& kind, const std::string& key, const Waiting& waiting = {}) const;

  std::vector<CacheEntry> list() const;
  // Removes what killed processes left: unfinished entries and temporary files whose makers are gone.
  void clean() const;
  // Also cleans, and drops work trees (kind "worktree") nobody used.
  base::Result<GcReport> gc(const GcPolicy& policy) const;

  const base::fs::path& root() const { return root_; }

 private:
  // Removes scratch folders whose maker is gone: nobody holds the lock of their key.
  void sweep(const base::fs::path& folder, const std::string& kind) const;
  base::fs::path entry_folder(const std::string& kind, const std::string& key) const;
  base::fs::path lock_path(const std::string& kind, const std::string& key) const;
  std::optional<Artifact> load(const std::string& kind, const std::string& key) const;
  void drop_idle_locks() const;

  struct Seen {
    std::mutex mutex;
    std::set<std::string> whole;  // manifests whose files were found whole
  };
  base::fs::path root_;
  std::unique_ptr<Seen> seen_ = std::make_unique<Seen>();
};

}  // namespace kernel
