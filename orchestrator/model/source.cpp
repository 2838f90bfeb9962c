// SPDX-License-Identifier: Apache-2.0
#include "model/source.h"

namespace model {

std::string SourceRef::text() const {
  switch (kind) {
    case Kind::debian: return "debian:" + location;
    case Kind::dir: return "dir:" + location;
    case Kind::git: return "git:" + location + "#" + revision;
    case Kind::prebuilt: return "prebuilt:" + location;
    case Kind::prebuilt_debian: return "prebuilt:debian:" + location;
  }
  return {};
}

}  // namespace model
