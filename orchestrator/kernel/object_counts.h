// SPDX-License-Identifier: Apache-2.0
// How many objects a build will take: for a percentage while it runs, nothing else.
#pragma once
#include <string>

#include "base/file.h"
#include "base/text.h"
#include "model/machine.h"

namespace kernel {

// What the mm profile on tinyconfig takes in 6.12, for the percentage of the very first build.
inline int usual_objects(model::Arch arch) {
  switch (arch) {
    case model::Arch::x86_64:
      return 1400;
    case model::Arch::arm64:
      return 1080;
    case model::Arch::ppc64:
      return 1160;
    case model::Arch::ppc32:
      return 1065;
  }
  return 0;
}

// How many objects a full build of this kind took last time, for the percentage.
class ObjectCounts {
 public:
  ObjectCounts(const base::fs::path& root, const std::string& kind) : path_(root / "objects" / kind) {}
  int expected(int otherwise) const {
    auto text = base::read_file(path_, 64);
    return text ? static_cast<int>(base::parse_int(base::trim(*text)).value_or(otherwise))
                : otherwise;
  }
  void remember(int objects) const {
    std::error_code ignored;
    base::fs::create_directories(path_.parent_path(), ignored);
    std::ignore = base::write_file_atomic(path_, std::to_string(objects));  // only an estimate
  }

 private:
  base::fs::path path_;
};

}  // namespace kernel
