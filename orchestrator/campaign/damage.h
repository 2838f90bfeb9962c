// SPDX-License-Identifier: Apache-2.0
// What disks and careless hands do to a file.
#pragma once
#include <boost/json/object.hpp>

#include "base/file.h"
#include "campaign/dice.h"

namespace campaign {

// Replaces the file by a damaged copy (never writes into it: it may have other names): bits flipped, cut short, made
// empty, a block of zeros, or bytes added. Says in `how` what. `keep_time`: the time of change does not tell.
// An Error for a file that is empty already or cannot be read.
base::Result<void> damage(const base::fs::path& file, Dice& dice, boost::json::object& how, bool keep_time = false);

// A small file system of its own; gone with the object. Needs root.
class SmallDisk {
 public:
  static base::Result<SmallDisk> mount(const base::fs::path& folder, std::uint64_t bytes);
  base::Result<void> resize(std::uint64_t bytes);
  ~SmallDisk();
  SmallDisk(SmallDisk&& other) noexcept : folder_(std::exchange(other.folder_, {})) {}
  SmallDisk& operator=(SmallDisk&&) = delete;

 private:
  explicit SmallDisk(base::fs::path folder) : folder_(std::move(folder)) {}
  base::fs::path folder_;
};

}  // namespace campaign
