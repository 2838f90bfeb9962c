// SPDX-License-Identifier: Apache-2.0
// Follows a growing console log. QEMU writes the file itself, so that the last words of a dying guest are
// on disk whatever happens to us; we read behind it.
#pragma once
#include <cstdint>
#include <string>

#include "base/file.h"

namespace guest {

class ConsoleLog {
 public:
  explicit ConsoleLog(base::fs::path path) : path_(std::move(path)) {}

  // What was written since the last call, at most 256 KiB. Empty when there is nothing (yet).
  std::string take();
  // Bytes handed out so far.
  std::uint64_t taken() const { return offset_; }
  const base::fs::path& path() const { return path_; }

 private:
  base::fs::path path_;
  base::UniqueFd fd_;
  std::uint64_t offset_ = 0;
};

}  // namespace guest
