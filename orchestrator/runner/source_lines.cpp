// SPDX-License-Identifier: Apache-2.0
#include "runner/source_lines.h"

#include "triage/trace_text.h"
#include "triage/triage.h"

namespace runner {

std::string SourceLines::of(std::string_view log) {
  if (!std::exchange(opened_, true) && !vmlinux_.empty()) {
    // A file that cannot be read costs the lines, not the verdict: the report itself is there.
    if (auto symbols = triage::Symbols::open(vmlinux_.string()); symbols && (*symbols)->has_lines()) symbols_ = *symbols;
  }
  if (!symbols_) return {};
  triage::Options options;
  options.symbols = symbols_;
  triage::Triage triage(std::move(options));
  triage.feed(log);
  const auto reports = triage.finish();
  if (reports.empty() || reports.front().trace.empty()) return {};
  return "source:\n" + triage::trace_text(reports.front());
}

}  // namespace runner
