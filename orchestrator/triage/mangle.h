// SPDX-License-Identifier: Apache-2.0
// What happens to console text on its way to a mailing list or through a logger. For tests.
#pragma once
#include <string>
#include <string_view>

#include "base/text.h"

namespace triage::mangle {

inline std::string each_line(std::string_view text, auto change) {
  std::string out;
  for (std::string_view line : base::split_lines(text)) {
    out += change(line);
    out += '\n';
  }
  return out;
}

inline std::string quoted(std::string_view text) {
  return each_line(text, [](std::string_view line) { return "> " + std::string(line); });
}

// Breaks long lines at a blank, as mail programs do; quoted text goes on with its quote mark.
inline std::string wrapped(std::string_view text, std::size_t width = 72) {
  return each_line(text, [width](std::string_view line) {
    std::string out;
    std::string quote = line.starts_with("> ") ? "> " : "";
    while (line.size() > width) {
      std::size_t at = line.rfind(' ', width);
      // Leading blanks are no place to break.
      if (at == std::string_view::npos ||
          line.substr(0, at).find_first_not_of(" >") == std::string_view::npos)
        at = line.find(' ', width);
      if (at == std::string_view::npos) break;
      out += line.substr(0, at);
      out += "\n" + quote;
      line.remove_prefix(at + 1);
    }
    return out + std::string(line);
  });
}

// A code forge turns "#6" into a reference to a repository's issue.
inline std::string forge_references(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool digit_follows = i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    bool word_before =
        i > 0 && (std::isalnum(static_cast<unsigned char>(text[i - 1])) || text[i - 1] == '/');
    if (text[i] == '#' && digit_follows && !word_before) out += "torvalds";
    out += text[i];
  }
  return out;
}

// Removes every run of four equal characters, newlines excepted.
inline std::string without_runs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    char c = text[i];
    if (c != '\n' && i + 4 <= text.size() &&
        text.substr(i, 4).find_first_not_of(c) == std::string_view::npos) {
      i += 4;
      continue;
    }
    out += c;
    ++i;
  }
  return out;
}

inline std::string crlf(std::string_view text) {
  return each_line(text, [](std::string_view line) { return std::string(line) + "\r"; });
}

// Takes "[   12.345678] " off, and a caller id after it.
inline std::string_view bare(std::string_view line) {
  for (int i = 0; i < 2; ++i) {
    if (!line.starts_with('[')) break;
    auto end = line.find("] ");
    auto close = line.find("][");
    if (close != std::string_view::npos && close < 20) {
      line.remove_prefix(close + 1);
      continue;
    }
    bool numeric = line.find_first_not_of("[ .0123456789TC") == end;
    if (end == std::string_view::npos || !numeric) break;
    line.remove_prefix(end + 2);
  }
  return line;
}

inline std::string with_prefix(std::string_view text, std::string_view prefix) {
  return each_line(text, [prefix](std::string_view line) {
    return std::string(prefix) + std::string(bare(line));
  });
}

}  // namespace triage::mangle
