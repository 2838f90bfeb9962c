// SPDX-License-Identifier: Apache-2.0
#include "campaign/damage.h"

#include <fmt/format.h>
#include <sys/mount.h>

#include <algorithm>

namespace campaign {

base::Result<void> damage(const base::fs::path& file, Dice& dice, boost::json::object& how, bool keep_time) {
  auto text = base::read_file(file);
  if (!text) return std::unexpected(text.error());
  if (text->empty()) return base::fail(file.string() + " is empty");
  const std::size_t place = dice.below(text->size());
  how["file"] = file.filename().string();
  how["at"] = place;
  switch (dice.below(6)) {
    case 0:
    case 1: {
      const std::int64_t bits = dice.between(1, 8);
      how["damage"] = fmt::format("{} bits flipped", bits);
      for (std::int64_t i = 0; i < bits; ++i)
        (*text)[i == 0 ? place : dice.below(text->size())] ^= static_cast<char>(1u << dice.below(8));
      break;
    }
    case 2:
      how["damage"] = "cut short";
      text->resize(place);
      break;
    case 3:
      how["damage"] = "made empty";
      text->clear();
      break;
    case 4: {
      const std::size_t size = std::min<std::size_t>(text->size() - place, 1 + dice.below(4096));
      how["damage"] = fmt::format("{} zeros", size);
      std::fill_n(text->begin() + static_cast<std::ptrdiff_t>(place), size, '\0');
      break;
    }
    default:
      how["damage"] = "bytes added";
      *text += dice.bytes(1 + dice.below(5000));
  }
  std::error_code error;
  const auto time = base::fs::last_write_time(file, error);
  const auto mode = base::fs::status(file, error).permissions();
  auto written = base::write_file_atomic(file, *text);
  base::fs::permissions(file, mode, error);
  if (keep_time) base::fs::last_write_time(file, time, error);
  return written;
}

base::Result<SmallDisk> SmallDisk::mount(const base::fs::path& folder, std::uint64_t bytes) {
  const std::string options = fmt::format("size={}", bytes);
  if (::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    return std::unexpected(base::errno_error("mount a small disk", errno));
  return SmallDisk(folder);
}

base::Result<void> SmallDisk::resize(std::uint64_t bytes) {
  const std::string options = fmt::format("size={}", bytes);
  if (::mount("tmpfs", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV, options.c_str()) != 0)
    return std::unexpected(base::errno_error("enlarge the small disk", errno));
  return {};
}

SmallDisk::~SmallDisk() {
  if (!folder_.empty()) ::umount2(folder_.c_str(), MNT_DETACH);
}

}  // namespace campaign
