// SPDX-License-Identifier: Apache-2.0
// The folder of finished images (<cache>/images): base archives and empty file systems. Beside IMAGE lie
//   IMAGE.sum   the hash of what was written. An image whose content is another is made anew: a flipped byte in a
//               base archive would give a wrong verdict. Its time of change says when the image was last used.
//   IMAGE.lock  held by who makes the image
//   IMAGE.used  held shared by whoever uses it, so that it is not collected
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace image {

// A finished image; nobody removes its file while `in_use` lives.
struct StoredImage {
  base::fs::path path;
  std::shared_ptr<base::FileLock> in_use;
};

// Finds the image `name` in `store`, whole, or calls `make` to write it to the path it is given (an unfinished name;
// it becomes the image once it is there). Of two processes that ask for the same one, one makes it.
base::Result<StoredImage> find_or_make(const base::fs::path& store, const std::string& name,
                                       const std::function<base::Result<void>(const base::fs::path&)>& make);

// SHA-256 over the file's size and its blocks that are not all zeroes, with their places: a hole and written zeroes
// are the same, so a sparse image costs what it holds.
base::Result<std::string> content_sum(const base::fs::path& path);

struct ImageOnDisk {
  std::string name;         // file name
  std::uint64_t bytes = 0;  // on the disk
  std::chrono::system_clock::time_point last_used;
};

// Longest unused first.
std::vector<ImageOnDisk> list_images(const base::fs::path& store);

enum class Removal { removed, busy };
// Removes an image with its sum and its locks, unless somebody uses it.
base::Result<Removal> remove_image(const base::fs::path& store, const std::string& name);
// What remove_image() would answer now; removes nothing.
base::Result<Removal> is_busy(const base::fs::path& store, const std::string& name);

// Removes what killed processes left unfinished, and sums and locks without an image.
void sweep_images(const base::fs::path& store);

}  // namespace image
