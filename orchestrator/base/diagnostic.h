// SPDX-License-Identifier: Apache-2.0
// A user's mistake in a file or an argument: where, what is wrong, what would be right. Diagnostics are
// collected, so that one run reports them all, and lead to exit code 2.
#pragma once
#include <string>
#include <vector>

namespace base {

struct Diagnostic {
  std::string file;     // as the user named it; empty for a command-line argument
  int line = 0;         // 1-based; 0 when it does not apply
  int column = 0;       // 1-based; 0 when it does not apply
  std::string message;  // what is wrong
  std::string hint;     // what would be right

  // "file:line:column: message" and, on its own indented line, the hint.
  std::string text() const;
};

using Diagnostics = std::vector<Diagnostic>;

// Thrown only by `cli` to leave a command early with exit code 2; rooms return Diagnostics.
struct UserError {
  Diagnostics diagnostics;
};

}  // namespace base
