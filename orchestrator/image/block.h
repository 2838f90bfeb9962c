// SPDX-License-Identifier: Apache-2.0
// Block images for tests that want a real file system under them. Made without root on a sparse
// file, with fixed identifiers and times, so that the same request gives the same bytes.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "image/store.h"
#include "model/scenario.h"

namespace image {

// Runs a host program to its end; an error carries what it printed. The caller owns how (sandbox,
// limits).
using RunTool = std::function<base::Result<void>(
    const std::vector<std::string>& command,
    const std::vector<std::pair<std::string, std::string>>& environment)>;

struct BlockSpec {
  model::ScratchFs filesystem = model::ScratchFs::none;
  std::uint64_t bytes = 0;  // 0: the smallest sensible size of that file system
};

// The mkfs command for `spec` on the file `path`, as a value.
std::vector<std::string> mkfs_command(const BlockSpec& spec, const base::fs::path& path);

// Finds the image in `store` or makes it.
base::Result<StoredImage> block_image(const BlockSpec& spec, const base::fs::path& store,
                                         const RunTool& run);

// A writable copy for one job; shares blocks where the file system can, and stays sparse.
base::Result<void> copy_sparse(const base::fs::path& from, const base::fs::path& to);

}  // namespace image
