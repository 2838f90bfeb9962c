// SPDX-License-Identifier: Apache-2.0
#include "triage/trace_text.h"

#include <fmt/format.h>

#include "base/text.h"

namespace triage {

std::string trace_text(const Report& report) {
  std::string text;
  for (const TraceLine& frame : report.trace) {
    text += "    " + base::printable(frame.function);
    text += frame.inlined ? " [inline]" : fmt::format("+0x{:x}", frame.offset);
    if (!frame.file.empty()) text += fmt::format("  {}:{}", base::printable(frame.file), frame.line);
    text += "\n";
  }
  return text;
}

}  // namespace triage
