// SPDX-License-Identifier: Apache-2.0
#include "ktap/vmtest_script.h"

#include "base/text.h"

namespace ktap {
namespace {

// Cuts a comment: a '#' at the start or behind a blank, outside quotes.
std::string_view without_comment(std::string_view line) {
  char quote = '\0';
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != '\0') {
      if (c == '\\' && quote == '"')
        ++i;
      else if (c == quote)
        quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#' && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) {
      return line.substr(0, i);
    }
  }
  return line;
}

bool opens(std::string_view text, std::string_view opener) {
  if (opener == "do")
    return text.starts_with("for ") || text.starts_with("while ") || text.starts_with("until ");
  if (opener == "{") return text.ends_with("{");
  return text.starts_with(opener) && text.size() > opener.size() && text[opener.size()] == ' ';
}

bool closes(std::string_view text, std::string_view closer) {
  if (!text.starts_with(closer)) return false;
  if (text.size() == closer.size()) return true;
  const char next = text[closer.size()];
  return next == ' ' || next == ';' || next == '<' || next == '|';
}

}  // namespace

std::vector<ScriptLine> script_lines(std::string_view script) {
  std::vector<ScriptLine> lines;
  std::string here_document;
  std::string joined;
  int first = 0;
  int number = 0;
  for (std::string_view raw : base::split_lines(script)) {
    ++number;
    if (!here_document.empty()) {
      if (base::trim(raw) == here_document) here_document.clear();
      continue;
    }
    std::string_view text = base::trim(without_comment(raw));
    if (joined.empty()) first = number;
    const bool continued = text.ends_with('\\');
    if (continued) text = base::trim(text.substr(0, text.size() - 1));
    if (!joined.empty() && !text.empty()) joined += ' ';
    joined += text;
    if (continued) continue;
    if (const auto at = joined.find("<<");
        at != std::string::npos && joined.find("<<<") == std::string::npos) {
      auto word = base::trim(std::string_view(joined).substr(at + 2));
      if (word.starts_with("-")) word.remove_prefix(1);
      here_document = word;
    }
    if (!joined.empty()) lines.push_back({first, joined});
    joined.clear();
  }
  if (!joined.empty()) lines.push_back({first, joined});
  return lines;
}

std::size_t block_end(const std::vector<ScriptLine>& lines, std::size_t open,
                      std::string_view opener, std::string_view closer) {
  int depth = 0;
  for (std::size_t i = open; i < lines.size(); ++i) {
    if (opens(lines[i].text, opener)) ++depth;
    if (i > open && closes(lines[i].text, closer) && --depth == 0) return i;
  }
  return lines.size();
}

std::size_t next_branch(const std::vector<ScriptLine>& lines, std::size_t from, std::size_t end) {
  int depth = 0;
  for (std::size_t i = from; i < end; ++i) {
    const std::string& text = lines[i].text;
    if (opens(text, "if")) ++depth;
    if (closes(text, "fi")) --depth;
    if (depth == 0 && (text == "else" || text.starts_with("elif "))) return i;
  }
  return end;
}

bool harmless(std::string_view line) {
  for (std::string_view start :
       {"echo ", "printf ", "mkdir ", "umount ", "rm ", "rmdir ", "truncate ", "mkfs.",
        "mount -o loop", "exit", "shift", "sleep ", "set ", "local ", "return", "trap "})
    if (line.starts_with(start)) return true;
  return line == "(" || line == ")" || line == ":";
}

}  // namespace ktap
