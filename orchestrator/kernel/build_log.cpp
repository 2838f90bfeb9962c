// SPDX-License-Identifier: Apache-2.0
#include "kernel/build_log.h"

#include "base/text.h"

namespace kernel {
namespace {

constexpr std::size_t kMaxErrors = 24, kMaxMake = 6, kMaxTail = 12;

bool is_error(std::string_view line) {
  return line.contains(": error:") || line.contains(": fatal error:") ||
         line.contains("undefined reference to") || line.contains("multiple definition of") ||
         line.starts_with("ERROR:") || line.starts_with("Error:") || line.contains("Error: ") ||
         line.contains("No space left on device");
}

bool leads_to_error(std::string_view line) {
  return line.contains(": In function ") || line.starts_with("In file included from") ||
         line.starts_with("                 from ") || line.contains(": in function `");
}

// Builds run in a folder below the tree: "../mm/gup.c:12:3" is "mm/gup.c:12:3" to the reader.
std::string for_reader(std::string_view line) {
  std::string text = base::printable(line);
  for (std::size_t at = text.find("../"); at != text.npos; at = text.find("../", at))
    text.erase(at, 3);
  return text;
}

void keep_last(std::vector<std::string>& lines, std::string line, std::size_t limit) {
  if (lines.size() >= limit) lines.erase(lines.begin());
  lines.push_back(std::move(line));
}

}  // namespace

void BuildLog::feed(std::string_view line) {
  // "  CC      mm/gup.o": two blanks, the step, the target.
  if (line.starts_with("  ") && line.size() > 4 && line[2] >= 'A' && line[2] <= 'Z') {
    const auto words = base::split_words(line);
    if (words[0] == "CC" || words[0] == "AS" || words[0] == "HOSTCC" || words[0] == "VDSO32C")
      ++objects_;
    if (words[0] == "LD" && words.size() > 1 && words[1].starts_with("vmlinux")) linking_ = true;
    follow_ = 0;
    context_.clear();
    return;
  }
  keep_last(tail_, for_reader(line), kMaxTail);
  if (leads_to_error(line)) {
    keep_last(context_, for_reader(line), 4);
    return;
  }
  if (line.starts_with("make") && line.contains("***")) {
    keep_last(make_, for_reader(line), kMaxMake);
    follow_ = 0;
  } else if (is_error(line)) {
    if (errors_.size() < kMaxErrors) {
      errors_.insert(errors_.end(), context_.begin(), context_.end());
      errors_.push_back(for_reader(line));
      follow_ = 2;  // "  12 |   foo();" and "     |   ^~~"
    }
    context_.clear();
  } else if (follow_ > 0 && line.contains('|')) {
    errors_.push_back(for_reader(line));
    --follow_;
  } else {
    follow_ = 0;
    context_.clear();
  }
}

std::vector<std::string> BuildLog::what_matters() const {
  std::vector<std::string> lines = errors_.empty() ? tail_ : errors_;
  if (!errors_.empty() && !make_.empty()) lines.push_back(make_.front());
  return lines;
}

}  // namespace kernel
