// SPDX-License-Identifier: Apache-2.0
// KASLR: where the kernel was moved to, and the reports that had to wait for it.
#include <charconv>
#include <utility>

#include "triage/state.h"

namespace triage {

// "Kernel Offset: 0x2e000000 from 0xffffffff81000000 (relocation range: ...)" and "Kernel Offset:
// disabled": dump_kernel_offset() of x86, arm64, powerpc, riscv and loongarch, called by panic().
void Triage::State::read_kernel_offset(std::string_view raw) {
  constexpr std::string_view kWords = "Kernel Offset: ";
  const auto at = raw.find(kWords);
  if (at == std::string_view::npos) return;
  std::string_view text = raw.substr(at + kWords.size());
  std::uint64_t offset = 0;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    if (std::from_chars(text.data(), text.data() + text.size(), offset, 16).ec != std::errc{})
      return;
  } else if (!text.starts_with("disabled")) {
    return;
  }
  kernel_offset = offset;
  for (const Waiting& one : std::exchange(waiting, {})) {
    one.builder->resolve(kernel_offset);
    Report better = one.builder->finish(one.cut);
    Report& report = done[one.index];
    report.title = std::move(better.title);
    report.function = std::move(better.function);
    report.file = std::move(better.file);
    report.signature = std::move(better.signature);
    report.trace = std::move(better.trace);
    report.corrupted = better.corrupted;
  }
}

}  // namespace triage
