// SPDX-License-Identifier: Apache-2.0
// The initramfs writer: a list of entries to a newc cpio archive. Same entries, same bytes: entries
// are sorted, owners and times are zero, inode numbers count up. Format: the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst; the kernel unpacks several archives
// one after the other, so a small archive appended to a large one overrides it.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace image {

enum class EntryKind { file, directory, symlink, character_device, block_device };

struct Entry {
  std::string path;  // in the guest, absolute: "/vmlab/selftests/mm/cow"
  EntryKind kind = EntryKind::file;
  int mode = 0644;             // permission bits
  std::string content = {};    // of a file without `source`; the target of a symlink
  base::fs::path source = {};  // host file whose content it is; wins over `content`
  std::string sha256 =
      {};  // of the content when the caller knows it: saves reading the file to name an image
  unsigned device_major = 0;
  unsigned device_minor = 0;
};

// What decides the archive's bytes: paths, kinds, modes, contents. Symlinks are not followed to
// other entries. Errors: an unusable path, two different entries for one path, an unreadable
// source.
base::Result<std::vector<Entry>> normalised(std::vector<Entry> entries);

// A name for the archive those entries make: SHA-256 over the normalised entries and the format's
// version.
base::Result<std::string> cpio_identity(const std::vector<Entry>& entries);

// Writes the archive beside `path` and renames it, so that a reader sees a whole one or none.
base::Result<void> write_cpio(const std::vector<Entry>& entries, const base::fs::path& path);

// The same archive in memory, for the small one that carries a plan.
base::Result<std::string> cpio_bytes(const std::vector<Entry>& entries);

}  // namespace image
