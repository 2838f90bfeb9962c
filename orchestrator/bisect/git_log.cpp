// SPDX-License-Identifier: Apache-2.0
#include "bisect/git_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace bisect {
namespace {

// A word as git quotes it for the shell: 'v6.12', --term-old='fast'.
std::string unquoted(std::string_view word) {
  std::string out(word);
  std::erase(out, '\'');
  return out;
}

std::string_view name(Judged judged) {
  return judged == Judged::good ? "good" : judged == Judged::bad ? "bad" : "skip";
}

}  // namespace

std::expected<std::vector<LogLine>, base::Diagnostics> read_git_log(std::string_view text, const std::string& file) {
  std::vector<LogLine> out;
  std::string old_term = "good", new_term = "bad";
  int number = 0;
  for (std::string_view line : base::split_lines(text)) {
    ++number;
    const auto words = base::split_words(line);
    if (words.empty() || words.front().starts_with("#")) continue;
    const auto wrong = [&](std::string message) {
      return std::unexpected(base::Diagnostics{{file, number, 1, std::move(message),
                                                "it should be what `git bisect log` prints: git bisect good|bad|skip REV"}});
    };
    if (words.size() < 3 || words[0] != "git" || (words[1] != "bisect" && words[1] != "bisect-porcelain"))
      return wrong("'" + base::printable(line) + "' is no line of a bisect log");
    std::vector<std::string> rest;
    for (std::size_t i = 3; i < words.size(); ++i) rest.push_back(unquoted(words[i]));
    const std::string verb = unquoted(words[2]);
    if (verb == "start") {
      std::vector<std::string> ends;
      for (std::size_t i = 0; i < rest.size() && rest[i] != "--"; ++i) {
        const std::string& word = rest[i];
        const std::size_t equals = word.find('=');
        const std::string option = word.substr(0, equals);
        const bool old_one = option == "--term-old" || option == "--term-good";
        if (old_one || option == "--term-new" || option == "--term-bad") {
          std::string value = equals != word.npos ? word.substr(equals + 1) : i + 1 < rest.size() ? rest[++i] : "";
          (old_one ? old_term : new_term) = std::move(value);
        } else if (!word.starts_with("--")) {
          ends.push_back(word);
        }
      }
      for (std::size_t i = 0; i < ends.size(); ++i) out.push_back({i == 0 ? Judged::bad : Judged::good, ends[i], number});
      continue;
    }
    const bool good = verb == old_term || verb == "good" || verb == "old", bad = verb == new_term || verb == "bad" || verb == "new";
    if (!good && !bad && verb != "skip") return wrong("git bisect " + base::printable(verb) + " judges no commit");
    if (rest.empty()) return wrong("no commit is named");
    for (const std::string& commit : rest) {
      if (commit.contains("..")) return wrong("a range of commits cannot be read here: " + base::printable(commit));
      out.push_back({good ? Judged::good : bad ? Judged::bad : Judged::skip, commit, number});
    }
  }
  return out;
}

std::string git_log_text(const std::string& bad, const std::string& good, const std::vector<LogEntry>& entries,
                         const LogEntry* first_bad) {
  std::string out = "git bisect start\n";
  out += fmt::format("# bad: [{}]\ngit bisect bad {}\n# good: [{}]\ngit bisect good {}\n", bad, bad, good, good);
  for (const LogEntry& entry : entries)
    out += fmt::format("# {}: [{}] {}\ngit bisect {} {}\n", name(entry.judged), entry.commit, base::printable(entry.subject),
                       name(entry.judged), entry.commit);
  if (first_bad != nullptr)
    out += fmt::format("# first bad commit: [{}] {}\n", first_bad->commit, base::printable(first_bad->subject));
  return out;
}

}  // namespace bisect
