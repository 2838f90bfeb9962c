// SPDX-License-Identifier: Apache-2.0
// A shell script cut into logical lines and blocks, for run_vmtests.cpp.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ktap {

struct ScriptLine {
  int number = 0;    // of its first physical line, 1-based
  std::string text;  // trimmed, continued lines joined, without comment
};

// Empty lines, comments and here documents are gone.
std::vector<ScriptLine> script_lines(std::string_view script);

// Index of the line that closes the block opened at `open`: "if" by "fi", "do" (for, while, until)
// by "done", "case" by "esac", "{" by "}". lines.size() when nothing closes it.
std::size_t block_end(const std::vector<ScriptLine>& lines, std::size_t open,
                      std::string_view opener, std::string_view closer);

// The next elif or else of the same `if` in [from, end), or `end`.
std::size_t next_branch(const std::vector<ScriptLine>& lines, std::size_t from, std::size_t end);

// Set-up, clean-up and talk around the tests: nothing a list of commands needs.
bool harmless(std::string_view line);

}  // namespace ktap
