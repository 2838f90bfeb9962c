// SPDX-License-Identifier: Apache-2.0
// Where in the source a crash happened, when the kernel was built with debug information.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/file.h"
#include "triage/symbols.h"

namespace runner {

class SourceLines {
 public:
  // `vmlinux` may be empty. It is opened at the first crash: most guests have none, and DWARF takes memory.
  explicit SourceLines(base::fs::path vmlinux) : vmlinux_(std::move(vmlinux)) {}

  // "source:" and the first report's trace in `log`, a call a line; empty when the kernel has no debug information.
  std::string of(std::string_view log);

 private:
  base::fs::path vmlinux_;
  bool opened_ = false;
  std::shared_ptr<const triage::Symbols> symbols_;
};

}  // namespace runner
