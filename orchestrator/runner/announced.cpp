// SPDX-License-Identifier: Apache-2.0
#include "runner/announced.h"

#include "base/text.h"

namespace runner {

std::string_view message_part(std::string_view line) {
  while (line.starts_with('[')) {
    const auto end = line.find(']');
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
  }
  return line;
}

Announced::Announced(const model::TestSpec& test) {
  for (const std::string& pattern : test.expected_log) {
    AnnouncedLines lines{.pattern = pattern, .expected = {}};
    if (const auto exact = test.expected_log_counts.find(pattern); exact != test.expected_log_counts.end())
      lines.expected = exact->second;
    lines_.push_back(std::move(lines));
  }
}

void Announced::count(std::string_view line) {
  if (lines_.empty()) return;
  const std::string_view message = message_part(line);
  for (AnnouncedLines& lines : lines_)
    if (base::glob_match(lines.pattern, message)) ++lines.seen;
}

AnnouncedLines* Announced::find(std::string_view line) {
  const std::string_view message = message_part(line);
  for (AnnouncedLines& lines : lines_)
    if ((!lines.expected || lines.reports < *lines.expected) && base::glob_match(lines.pattern, message)) return &lines;
  return nullptr;
}

bool Announced::allows(std::string_view line) const { return const_cast<Announced*>(this)->find(line) != nullptr; }

bool Announced::claim(std::string_view line) {
  AnnouncedLines* lines = find(line);
  if (lines != nullptr) ++lines->reports;
  return lines != nullptr;
}

}  // namespace runner
