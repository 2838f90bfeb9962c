// SPDX-License-Identifier: Apache-2.0
// split_series() and what belongs to it, of commits.h.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "kernel/choose_messages.h"
#include "kernel/commits.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using base::Diagnostics;

// As git format-patch makes file names of subjects.
std::string slug(std::string_view subject) {
  constexpr std::size_t kLongest = 52;
  std::string name;
  for (char c : subject) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (kept && !(c == '.' && name.ends_with('.'))) name += c;
    else if (!kept && !name.empty() && !name.ends_with('-')) name += '-';
    if (name.size() >= kLongest) break;
  }
  while (name.ends_with('-') || name.ends_with('.')) name.pop_back();
  return name.empty() ? "patch" : name;
}

std::string without_extension(const std::string& name) {
  for (std::string_view extension : {".patch", ".diff", ".mbox"})
    if (name.ends_with(extension)) return name.substr(0, name.size() - extension.size());
  return name;
}

// The diff as -p1 takes it. Files of a series are read one by one, where a series file's "-p0" is not known any more.
std::string with_one_part_to_strip(const Patch& patch) {
  if (patch.strip == 1) return patch.diff;
  const auto shorter = [&](std::string_view path, std::string_view part) {
    const std::string_view tail = path.substr(std::min(path.find('\t'), path.size()));
    path = path.substr(0, path.size() - tail.size());
    if (base::trim(path) == "/dev/null") return std::string(path) + std::string(tail);
    for (int i = 0; i < patch.strip; ++i)
      if (const std::size_t slash = path.find('/'); slash != path.npos) path.remove_prefix(slash + 1);
    return std::string(part) + std::string(path) + std::string(tail);
  };
  std::set<int> hunk_lines;
  for (const PatchHunk& hunk : hunks_of(patch)) hunk_lines.insert(hunk.line);
  std::string text;
  int number = 0;
  bool in_hunk = false;
  for (std::string_view line : base::split(patch.diff, '\n')) {
    ++number;
    if (hunk_lines.contains(number)) in_hunk = true;
    else if (in_hunk && line.starts_with("diff ")) in_hunk = false;
    // Inside a hunk "--- " is a removed line; a new file's head follows "diff " or is "--- " before "+++ " and "@@".
    if (in_hunk && line.starts_with("--- ") && hunk_lines.contains(number + 2)) in_hunk = false;
    if (number > 1) text += '\n';
    const auto words = base::split_words(line);
    if (!in_hunk && line.starts_with("--- ")) text += "--- " + shorter(line.substr(4), "a/");
    else if (!in_hunk && line.starts_with("+++ ")) text += "+++ " + shorter(line.substr(4), "b/");
    else if (!in_hunk && line.starts_with("diff --git ") && words.size() == 4)
      text += fmt::format("diff --git {} {}", shorter(words[2], "a/"), shorter(words[3], "b/"));
    else text += line;
  }
  return text;
}

// Only what names the patch and what it changes: the same patch has the same bytes in whichever mail it came.
std::string file_text(const Message& message) {
  const Patch& patch = message.patch;
  const std::string diff = with_one_part_to_strip(patch);
  if (!message.mail) return diff;
  return fmt::format("From: {}\nSubject: [PATCH] {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n"
                     "Content-Transfer-Encoding: 8bit\n\n---\n{}",
                     patch.author, plain_subject(patch.subject), diff);
}

void read_base_lines(std::string_view text, Series& series) {
  const auto object = [](std::string_view word) {
    word = base::trim(word);
    const bool is = word.size() >= 7 && word.size() <= 64 && std::ranges::all_of(word, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    return is ? std::string(word) : std::string();
  };
  for (std::string_view line : base::split_lines(text)) {
    if (line.starts_with("base-commit: ") && series.base_commit.empty()) series.base_commit = object(line.substr(13));
    if (line.starts_with("prerequisite-patch-id: "))
      if (std::string id = object(line.substr(23)); !id.empty()) series.prerequisites.push_back(std::move(id));
  }
}

std::string temporary_by(const Message& message) {
  const auto words = base::split_words(message.comment);
  if (!words.empty() && (words.front() == "temporary" || words.front() == "TEMPORARY"))
    return "its comment in the series file";
  const std::string subject = temporary_words(message.patch.subject);
  return subject.empty() ? subject : "its subject, " + base::printable(subject);
}

}  // namespace

std::expected<Series, Diagnostics> split_series(const std::vector<std::string>& names, const fs::path& folder,
                                                CommandRunner& runner) {
  Series series;
  std::vector<Message> patches;
  Diagnostics problems;
  for (const std::string& name : names) {
    auto messages = read_messages(name, runner);
    auto chosen = messages ? choose_messages(name, std::move(*messages))
                           : std::expected<Chosen, Diagnostics>(std::unexpected(std::move(messages.error())));
    if (!chosen) {
      std::ranges::move(chosen.error(), std::back_inserter(problems));
      continue;
    }
    if (chosen->cover) {
      if (series.title.empty()) series.title = plain_subject(chosen->cover->patch.subject);
      read_base_lines(chosen->cover->body, series);
    }
    series.version = std::max(series.version, chosen->version);
    std::ranges::move(chosen->remarks, std::back_inserter(series.remarks));
    std::ranges::move(chosen->patches, std::back_inserter(patches));
  }
  if (problems.empty() && patches.empty())
    problems.push_back({names.empty() ? std::string() : names.front(), 0, 0, "there is no patch in this series", {}});
  if (!problems.empty()) return std::unexpected(std::move(problems));

  std::error_code error;
  fs::create_directories(folder, error);
  for (const Message& message : patches) {
    const Patch& patch = message.patch;
    SeriesPatch one{.number = static_cast<int>(series.patches.size()) + 1,
                    .subject = base::printable(plain_subject(patch.subject)),
                    .author = base::printable(patch.author),
                    .origin = patch.file,
                    .origin_line = patch.first_line,
                    .temporary = temporary_by(message),
                    .touched = touched_paths(patch)};
    one.file = folder / fmt::format("{:04}-{}.patch", one.number,
                                    slug(message.mail ? one.subject : without_extension(one.subject)));
    if (auto written = base::write_file_atomic(one.file, file_text(message)); !written)
      return std::unexpected(Diagnostics{{patch.file, patch.first_line, 0, written.error().text(), {}}});
    read_base_lines(patch.diff, series);
    series.patches.push_back(std::move(one));
  }
  return series;
}

void name_origins(const Series& series, Diagnostics& diagnostics) {
  for (Diagnostic& problem : diagnostics) {
    const auto patch = std::ranges::find_if(series.patches, [&](const SeriesPatch& one) { return one.file == problem.file; });
    if (patch == series.patches.end()) continue;
    const auto ours = base::read_file(patch->file), theirs = base::read_file(patch->origin);
    int line = patch->origin_line;
    if (ours && theirs && problem.line > 0) {
      const auto our_lines = base::split_lines(*ours), their_lines = base::split_lines(*theirs);
      const auto wanted = static_cast<std::size_t>(problem.line) - 1;
      for (std::size_t i = static_cast<std::size_t>(std::max(patch->origin_line, 1)) - 1;
           wanted < our_lines.size() && our_lines[wanted].starts_with("@@") && i < their_lines.size(); ++i)
        if (their_lines[i] == our_lines[wanted]) {
          line = static_cast<int>(i) + 1;
          break;
        }
    }
    problem.file = patch->origin;
    problem.line = line;
    problem.message = fmt::format("patch {} of {}: {}", patch->number, series.patches.size(), problem.message);
  }
}

std::expected<void, Diagnostics> mark_temporary(Series& series, const std::string& numbers) {
  Diagnostics problems;
  const auto count = static_cast<std::int64_t>(series.patches.size());
  for (std::string_view part : base::split(numbers, ',')) {
    part = base::trim(part);
    if (part.empty()) continue;
    const std::size_t dash = part.find('-');
    const auto first = base::parse_int(part.substr(0, dash));
    const auto last = dash == part.npos ? first : base::parse_int(part.substr(dash + 1));
    if (!first || !last || *first < 1 || *last < *first || *last > count) {
      problems.push_back({{}, 0, 0, fmt::format("--temporary {} names no patch of this series", base::printable(part)),
                          fmt::format("it has the patches 1 to {}: --temporary 3,7-9", count)});
      continue;
    }
    for (auto number = *first; number <= *last; ++number)
      series.patches[static_cast<std::size_t>(number) - 1].temporary = "--temporary";
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return {};
}

std::vector<std::string> base_remarks(const Series& series, const model::SourceRef& source, CommandRunner& runner) {
  std::vector<std::string> remarks;
  if (!series.prerequisites.empty())
    remarks.push_back(fmt::format("the series names {} patch{} that should come before it (prerequisite-patch-id); whether "
                                  "{} has them is not known",
                                  series.prerequisites.size(), series.prerequisites.size() == 1 ? "" : "es", source.text()));
  if (series.base_commit.empty()) return remarks;
  const std::string base = series.base_commit.substr(0, 12);
  if (source.kind != model::SourceRef::Kind::git) {
    remarks.push_back(fmt::format("the series is made for commit {}; {} is no git repository, so whether it is that commit "
                                  "is not known", base, source.text()));
    return remarks;
  }
  const std::string revision = source.revision.empty() ? "HEAD" : source.revision;
  const auto named = read_commit(source.location, revision, runner);
  const auto made_for = read_commit(source.location, series.base_commit, runner);
  if (!named) return remarks;  // opening the source says why
  if (!made_for)
    remarks.push_back(fmt::format("the series is made for commit {}, which {} does not have", base, source.location));
  else if (made_for->id != named->id)
    remarks.push_back(fmt::format("the series is made for commit {} ('{}'), but is applied to {} ({}, '{}')", base,
                                  base::printable(made_for->subject), source.text(), named->id.substr(0, 12),
                                  base::printable(named->subject)));
  return remarks;
}

}  // namespace kernel
