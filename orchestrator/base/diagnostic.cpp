// SPDX-License-Identifier: Apache-2.0
#include "base/diagnostic.h"

namespace base {

std::string Diagnostic::text() const {
  std::string out;
  if (!file.empty()) {
    out += file + ":";
    if (line > 0) out += std::to_string(line) + ":";
    if (column > 0) out += std::to_string(column) + ":";
    out += " ";
  }
  out += message;
  if (!hint.empty()) out += "\n  " + hint;
  return out;
}

}  // namespace base
