// SPDX-License-Identifier: Apache-2.0
// A kernel source tree before patches: a Debian package, a user's folder or a revision of a user's
// repository. It can name its content, hand out single files and fill a work tree; it is never
// written to.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/command_runner.h"

namespace kernel {

struct FileContent {
  std::string bytes;  // of a symbolic link: its target
  bool executable = false;
  bool symlink = false;
  friend bool operator==(const FileContent&, const FileContent&) = default;
};

// What patches make of single files: path to content, or nothing for a deleted file.
using Overlay = std::map<std::string, std::optional<FileContent>>;

// Whether configuring reads this file: Kconfig, Makefiles, scripts, defconfigs.
bool decides_config(std::string_view path);

// Equal overlays have equal names, however the patches were cut.
std::string overlay_identity(const Overlay& overlay);

class BaseTree {
 public:
  virtual ~BaseTree() = default;
  // Names the content: equal identities, equal trees.
  virtual const std::string& identity() const = 0;
  // Trees of one family share a work tree, so that going from one to the next rebuilds only the
  // difference.
  virtual const std::string& family() const = 0;
  // nullopt: there is no such file.
  virtual base::Result<std::optional<FileContent>> read(const std::string& path) const = 0;
  // Several files at once, missing ones left out; for trees where single reads are dear.
  virtual base::Result<std::map<std::string, FileContent>> read_many(
      const std::vector<std::string>& paths) const;
  // Names the files that decide how options resolve (decides_config()): equal, equal configuration.
  virtual std::string config_identity() const { return identity(); }
  // Fills the empty or absent folder `destination` with the whole tree.
  virtual base::Result<void> populate(const base::fs::path& destination) const = 0;
  // The paths in which this tree differs from the one that gave `snapshot`; nullopt: cannot tell.
  virtual base::Result<std::optional<std::vector<std::string>>> changed_since(
      const std::string& snapshot) const = 0;
  // What changed_since() of a later tree of the family needs to know about this one.
  virtual std::string snapshot() const { return identity(); }
  // Where the tree lies unpatched and unchanging, if it does.
  virtual std::optional<base::fs::path> pristine_folder() const { return std::nullopt; }
  // Debian package version, "v6.12-3-gabc" or the folder: for people.
  virtual std::string description() const = 0;
};

// A tree that lies in a folder nobody writes to (an unpacked package in the cache).
// `in_use` is held as long as the tree: the cache's lock on it.
std::unique_ptr<BaseTree> pristine_tree(base::fs::path folder, std::string identity,
                                        std::string description,
                                        std::shared_ptr<const void> in_use = {});

// A user's folder, as it is now. Files are told by size and time against an index kept in `cache`,
// changed ones are read. In a git repository the ignored files are left out, elsewhere what a build
// leaves behind.
base::Result<std::unique_ptr<BaseTree>> folder_tree(const base::fs::path& folder,
                                                    const base::fs::path& cache,
                                                    CommandRunner& runner);

// A revision of a local repository.
base::Result<std::unique_ptr<BaseTree>> git_tree(const base::fs::path& repository,
                                                 const std::string& revision,
                                                 CommandRunner& runner);

// One file of a folder; links are not followed.
base::Result<std::optional<FileContent>> read_tree_file(const base::fs::path& root,
                                                        const std::string& path);
// Puts a file in place with a new inode and the time of now, or removes it: make must see the
// change, and hard links to the old content must not.
base::Result<void> write_tree_file(const base::fs::path& root, const std::string& path,
                                   const std::optional<FileContent>& content);

// "6.12.117" from the tree's Makefile.
base::Result<std::string> version_of(const BaseTree& tree);

}  // namespace kernel
