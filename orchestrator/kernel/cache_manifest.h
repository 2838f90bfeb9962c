// SPDX-License-Identifier: Apache-2.0
// manifest.json of a cache entry: what files it has, so that a damaged entry is noticed at look-up.
#pragma once
#include <boost/json/object.hpp>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace kernel {

inline constexpr const char* kManifestName = "manifest.json";

// Files with size, time and SHA-256, then a hash over the manifest itself. An entry with more files
// than `kMaxListedFiles` (a source tree) lists none of them: nothing but its renaming vouches for
// it.
inline constexpr std::size_t kMaxListedFiles = 2000;
base::Result<void> write_manifest(const base::fs::path& folder, const std::string& kind,
                                  const std::string& key, boost::json::object meta);

// How much is believed of an entry's files.
enum class Trust {
  whatever,  // only the manifest itself is checked: for lists
  times,     // sizes; a file whose time changed is hashed again
  nothing,   // every file is hashed: what a disk or a careless hand changed may have kept its time
};
// The meta object, if the manifest and the files are whole.
base::Result<boost::json::object> check_manifest(const base::fs::path& folder, Trust trust);

// Flushes every file below, then the folders.
base::Result<void> flush_to_disk(const base::fs::path& folder);

}  // namespace kernel
