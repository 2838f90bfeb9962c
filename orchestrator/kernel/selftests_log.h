// SPDX-License-Identifier: Apache-2.0
// Why a selftest is not there: the compiler's lines about it, cut out of the log of `make -k
// --output-sync=target`, which keeps the lines of one target together and ends them with "make: ***
// ...".
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace kernel {

struct NotBuilt {
  std::string program;
  std::vector<std::string> lines;  // the compiler's, or the lab's own explanation; never empty
  friend bool operator==(const NotBuilt&, const NotBuilt&) = default;

  // Nobody tried: this toolchain or this lab cannot build it, which says nothing about the tree.
  bool left_out() const;
};

// How the lab's own explanations of what was left out begin.
inline constexpr std::string_view kLeftOutByMakefile = "the Makefile left it out: ";
inline constexpr std::string_view kModuleOfSelftests = "kernel modules of selftests are not built";

// For every name in `missing` (programs that were meant to be there and are not), its lines of the
// log. At most `limit` lines each, errors before warnings.
std::vector<NotBuilt> explain_missing(std::string_view make_log,
                                      const std::vector<std::string>& missing,
                                      std::size_t limit = 12);

}  // namespace kernel
