// SPDX-License-Identifier: Apache-2.0
#include "kernel/patch_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/text.h"
#include "kernel/git.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using base::Diagnostics;

// "a/mm/gup.c\t2024-01-01" with -p1 to "mm/gup.c"; "/dev/null" and paths that leave the tree to "".
std::string strip_path(std::string_view path, int strip) {
  path = base::trim(path.substr(0, path.find('\t')));
  if (path.size() >= 2 && path.front() == '"' && path.back() == '"')
    path = path.substr(1, path.size() - 2);
  if (path == "/dev/null") return {};
  for (int i = 0; i < strip; ++i) {
    const std::size_t slash = path.find('/');
    if (slash == path.npos) return {};
    path.remove_prefix(slash + 1);
  }
  for (std::string_view part : base::split(path, '/'))
    if (part == ".." || part == ".git") return {};
  return path.starts_with('/') ? std::string() : std::string(path);
}

// Lines that stand for the diff's structure; those inside hunks are skipped by counting.
struct DiffWalker {
  std::set<std::string> paths;
  std::vector<PatchHunk> hunks;

  explicit DiffWalker(const Patch& patch) {
    std::string current;
    int number = 0, old_left = 0, new_left = 0;
    for (std::string_view line : base::split_lines(patch.diff)) {
      ++number;
      if (old_left > 0 || new_left > 0) {
        const char mark = line.empty() ? ' ' : line[0];
        if (mark == ' ' || mark == '-') --old_left;
        if (mark == ' ' || mark == '+') --new_left;
        continue;
      }
      const auto add = [&](std::string path) {
        if (!path.empty()) paths.insert(std::move(path));
      };
      if (line.starts_with("--- ")) {
        if (std::string path = strip_path(line.substr(4), patch.strip); !path.empty())
          add(current = path);
      } else if (line.starts_with("+++ ")) {
        if (std::string path = strip_path(line.substr(4), patch.strip); !path.empty())
          add(current = path);
      } else if (line.starts_with("rename from ") || line.starts_with("copy from ")) {
        add(strip_path(line.substr(line.find("from ") + 5), 0));
      } else if (line.starts_with("rename to ") || line.starts_with("copy to ")) {
        add(strip_path(line.substr(line.find("to ") + 3), 0));
      } else if (line.starts_with("diff --git ")) {
        const auto words = base::split_words(line.substr(11));
        for (std::string_view word : words) add(strip_path(word, patch.strip));
      } else if (line.starts_with("@@ -")) {
        read_hunk(line, current, number, old_left, new_left);
      }
    }
  }

 private:
  void read_hunk(std::string_view line, const std::string& path, int number, int& old_left,
                 int& new_left) {
    const auto words = base::split_words(line);
    if (words.size() < 3) return;
    const auto range = [](std::string_view word) {
      word.remove_prefix(1);
      const std::size_t comma = word.find(',');
      const auto start = base::parse_int(word.substr(0, comma));
      const auto count = comma == word.npos ? std::optional<std::int64_t>(1)
                                            : base::parse_int(word.substr(comma + 1));
      return std::pair(static_cast<int>(start.value_or(0)), static_cast<int>(count.value_or(0)));
    };
    old_left = range(words[1]).second;
    new_left = range(words[2]).second;
    hunks.push_back({path, range(words[1]).first, number, std::string(line)});
  }
};

// Patches made without "a/" and "b/" (diff -u in the tree's root) still name files that exist.
int find_strip(const BaseTree& tree, const Overlay& overlay, const Patch& patch) {
  Patch other = patch;
  other.strip = 0;
  const auto known = [&](const Patch& candidate) {
    return std::ranges::any_of(touched_paths(candidate), [&](const std::string& path) {
      if (const auto it = overlay.find(path); it != overlay.end()) return it->second.has_value();
      const auto content = tree.read(path);
      return content && content->has_value();
    });
  };
  return patch.strip == 1 && !known(patch) && known(other) ? 0 : patch.strip;
}

// git apply says "error: patch failed: mm/gup.c:123" with the hunk's start in the old file, then
// "error: mm/gup.c: patch does not apply"; or "corrupt patch at line N"; or "X: No such file or
// directory".
Diagnostic explain(const Patch& patch, const std::string& errors) {
  Diagnostic problem{.file = patch.file, .line = patch.first_line, .message = {}, .hint = {}};
  const std::vector<PatchHunk> hunks = hunks_of(patch);
  std::string name = base::printable(patch.subject);
  for (std::string_view line : base::split_lines(errors)) {
    if (!line.starts_with("error: ")) continue;
    line.remove_prefix(7);
    if (line.starts_with("patch failed: ")) {
      const std::string_view where = line.substr(14);
      const std::size_t colon = where.rfind(':');
      const std::string path(where.substr(0, colon));
      const auto start = base::parse_int(where.substr(colon + 1));
      int ordinal = 0;
      for (const PatchHunk& hunk : hunks) {
        if (hunk.path != path) continue;
        ++ordinal;
        if (start && hunk.old_start == *start) {
          problem.line = patch.first_line + hunk.line - 1;
          problem.message = fmt::format("patch '{}' does not apply: {}, hunk {} ({})", name, path,
                                        ordinal, base::printable(hunk.header));
          break;
        }
      }
      if (problem.message.empty())
        problem.message = fmt::format("patch '{}' does not apply: {} near line {}", name, path,
                                      start.value_or(0));
      problem.hint =
          "the lines it expects are not in this tree: rebase it, or name the tree it was made for";
      return problem;
    }
    problem.message = fmt::format("patch '{}' does not apply: {}", name, base::printable(line));
    if (line.contains("No such file"))
      problem.hint =
          "this tree has no such file: the patch is for another version, or an earlier patch is "
          "missing";
    else if (line.contains("already exists"))
      problem.hint = "the tree has the file already: is the patch applied there?";
    else if (line.starts_with("corrupt patch at line ")) {
      if (auto at = base::parse_int(line.substr(22)))
        problem.line = patch.first_line + static_cast<int>(*at) - 1;
      problem.hint = "the file is damaged (a mailer that wraps lines?)";
    }
    return problem;
  }
  problem.message =
      fmt::format("patch '{}' does not apply: {}", name, base::printable(base::trim(errors)));
  return problem;
}

// In a mail the diff's first line is not the mail's: find the hunk header in the user's file.
void correct_line(Diagnostic& problem, const Patch& patch) {
  auto text = base::read_file(patch.file);
  if (!text) return;
  const auto diff_lines = base::split_lines(patch.diff);
  const int offset = problem.line - patch.first_line;
  if (offset < 0 || static_cast<std::size_t>(offset) >= diff_lines.size()) return;
  int number = 0;
  for (std::string_view line : base::split_lines(*text))
    if (++number >= patch.first_line && line == diff_lines[static_cast<std::size_t>(offset)] &&
        !line.empty()) {
      problem.line = number;
      return;
    }
}

base::Result<std::optional<FileContent>> current(const BaseTree& tree, const Overlay& overlay,
                                                 const std::string& path) {
  if (const auto it = overlay.find(path); it != overlay.end()) return it->second;
  return tree.read(path);
}

std::unexpected<Diagnostics> failed(const Patch& patch, std::string message) {
  return std::unexpected(Diagnostics{{patch.file, patch.first_line, 0, std::move(message), {}}});
}

std::expected<void, Diagnostics> apply_one(const BaseTree& tree, Patch patch, Overlay& overlay,
                                           CommandRunner& runner) {
  patch.strip = find_strip(tree, overlay, patch);
  const std::vector<std::string> paths = touched_paths(patch);
  if (paths.empty()) return failed(patch, "this patch names no file");
  auto scratch = base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-patch");
  if (!scratch) return failed(patch, scratch.error().text());
  const fs::path root = scratch->path() / "tree";
  fs::create_directory(root);
  for (const std::string& path : paths) {
    auto content = current(tree, overlay, path);
    if (!content) return failed(patch, content.error().text());
    if (!*content) continue;
    if (auto written = write_tree_file(root, path, *content); !written)
      return failed(patch, written.error().text());
  }
  auto applied = runner.run(
      {.program = "git",
       .arguments = {"apply", "--whitespace=nowarn", fmt::format("-p{}", patch.strip), "-"},
       .directory = root,
       // No repository around the scratch folder may have a say, nor the user's settings.
       .environment = {{"GIT_CEILING_DIRECTORIES", scratch->path().string()},
                       {"GIT_CONFIG_NOSYSTEM", "1"},
                       {"GIT_CONFIG_GLOBAL", "/dev/null"},
                       {"LC_ALL", "C"}},
       .unset = foreign_git_variables(),
       .input = patch.diff});
  if (!applied) return failed(patch, applied.error().text());
  if (!applied->ok()) {
    Diagnostic problem = explain(patch, applied->tail);
    correct_line(problem, patch);
    return std::unexpected(Diagnostics{std::move(problem)});
  }
  for (const std::string& path : paths) {
    auto content = read_tree_file(root, path);
    if (!content) return failed(patch, content.error().text());
    auto original = tree.read(path);
    if (!original) return failed(patch, original.error().text());
    if (*content == *original)
      overlay.erase(path);  // a later patch took an earlier one back
    else
      overlay[path] = std::move(*content);
  }
  return {};
}

}  // namespace

std::vector<std::string> touched_paths(const Patch& patch) {
  const DiffWalker walker(patch);
  return {walker.paths.begin(), walker.paths.end()};
}

std::vector<PatchHunk> hunks_of(const Patch& patch) { return DiffWalker(patch).hunks; }

std::expected<void, Diagnostics> apply_patches(const BaseTree& tree,
                                               const std::vector<Patch>& patches, Overlay& overlay,
                                               CommandRunner& runner) {
  for (const Patch& patch : patches)
    if (auto applied = apply_one(tree, patch, overlay, runner); !applied) return applied;
  return {};
}

}  // namespace kernel
