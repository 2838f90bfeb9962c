// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "kernel/patch_series.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using base::Diagnostics;

bool has_diff(std::string_view text) {
  return text.contains("\n--- ") || text.starts_with("--- ") || text.contains("diff --git ");
}

// The "From " line that starts a mail in an mbox: git writes "From <hash> Mon Sep 17 00:00:00
// 2001".
bool starts_mail(std::string_view line) {
  if (!line.starts_with("From ")) return false;
  const auto words = base::split_words(line);
  return words.size() >= 3 && words.back().size() == 4 &&
         std::ranges::all_of(words.back(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_mail(std::string_view text) {
  for (std::string_view line : base::split_lines(text.substr(0, 8192))) {
    if (starts_mail(line) || line.starts_with("From: ") || line.starts_with("Subject: "))
      return true;
    if (line.starts_with("--- ") || line.starts_with("diff ") || line.starts_with("Index: "))
      return false;
  }
  return false;
}

struct Mail {
  std::string text;
  int first_line;
};

std::vector<Mail> split_mbox(std::string_view text) {
  std::vector<Mail> mails;
  int number = 0;
  bool after_blank = true;
  for (std::string_view line : base::split_lines(text)) {
    ++number;
    if (mails.empty() || (after_blank && starts_mail(line))) mails.push_back({{}, number});
    mails.back().text.append(line).append("\n");
    after_blank = line.empty();
  }
  return mails;
}

// "[PATCH v2 3/7] ..." to {3, 7}.
std::optional<std::pair<int, int>> numbering(std::string_view subject) {
  const std::size_t close = subject.find(']');
  if (!subject.starts_with("[") || close == subject.npos) return std::nullopt;
  for (std::string_view word : base::split_words(subject.substr(1, close - 1))) {
    const std::size_t slash = word.find('/');
    if (slash == word.npos) continue;
    const auto n = base::parse_int(word.substr(0, slash)),
               m = base::parse_int(word.substr(slash + 1));
    if (n && m) return std::pair(static_cast<int>(*n), static_cast<int>(*m));
  }
  return std::nullopt;
}

// git knows every transfer encoding and line wrapping a mailer can do to a patch.
base::Result<Patch> decode_mail(const std::string& file, const Mail& mail, CommandRunner& runner) {
  auto scratch = base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-mail");
  if (!scratch) return std::unexpected(scratch.error());
  const fs::path message = scratch->path() / "message", diff = scratch->path() / "diff";
  auto information =
      run_or_fail(runner, {.program = "git",
                           .arguments = {"mailinfo", "-k", message.string(), diff.string()},
                           .directory = scratch->path(),
                           .input = mail.text,
                           .capture = true});
  if (!information) return std::unexpected(information.error());
  Patch patch{.file = file, .subject = {}, .author = {}, .diff = {}, .first_line = mail.first_line};
  for (std::string_view line : base::split_lines(*information)) {
    if (line.starts_with("Subject: ")) patch.subject = line.substr(9);
    if (line.starts_with("Author: ")) patch.author = line.substr(8);
  }
  auto text = base::read_file(diff);
  if (!text) return std::unexpected(text.error());
  patch.diff = std::move(*text);
  return patch;
}

std::expected<void, Diagnostics> read_file_into(const std::string& name, int strip,
                                                CommandRunner& runner,
                                                std::vector<Patch>& patches) {
  auto text = base::read_file(name, 256 << 20);
  if (!text)
    return std::unexpected(
        Diagnostics{{name, 0, 0, "cannot read this patch: " + text.error().message, {}}});
  if (!has_diff(*text))
    return std::unexpected(
        Diagnostics{{name, 0, 0, "there is no diff in this file",
                     "a patch is a unified diff or an mbox (git format-patch, b4 am)"}});
  if (!is_mail(*text)) {
    patches.push_back({.file = name,
                       .subject = fs::path(name).filename().string(),
                       .author = {},
                       .diff = std::move(*text),
                       .first_line = 1,
                       .strip = strip});
    return {};
  }
  std::vector<Patch> mails;
  for (const Mail& mail : split_mbox(*text)) {
    auto patch = decode_mail(name, mail, runner);
    if (!patch)
      return std::unexpected(Diagnostics{{name, mail.first_line, 0, patch.error().text(), {}}});
    patch->strip = strip;
    if (has_diff(patch->diff)) mails.push_back(std::move(*patch));
  }
  const auto number = [](const Patch& patch) {
    return numbering(patch.subject).value_or(std::pair(0, 0));
  };
  if (std::ranges::all_of(mails, [&](const Patch& patch) {
        return number(patch).first > 0 && number(patch).second == number(mails.front()).second;
      }))
    std::ranges::sort(mails, {}, [&](const Patch& patch) {
      return std::pair(number(patch).first, patch.first_line);
    });
  std::ranges::move(mails, std::back_inserter(patches));
  return {};
}

// "name.patch -p0 # comment" lines of quilt's series file, or the folder's patches by name.
std::expected<void, Diagnostics> read_directory_into(const fs::path& folder, CommandRunner& runner,
                                                     std::vector<Patch>& patches) {
  for (const fs::path& home : {folder, folder / "patches"}) {
    auto series = base::read_file(home / "series");
    if (!series) continue;
    for (std::string_view line : base::split_lines(*series)) {
      const auto words = base::split_words(line.substr(0, line.find('#')));
      if (words.empty()) continue;
      int strip = 1;
      for (std::string_view word : words)
        if (word.starts_with("-p"))
          strip = static_cast<int>(base::parse_int(word.substr(2)).value_or(1));
      if (auto read = read_file_into((home / words[0]).string(), strip, runner, patches); !read)
        return read;
    }
    return {};
  }
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder, ignored)) {
    const std::string extension = item.path().extension().string();
    if (extension == ".patch" || extension == ".diff" || extension == ".mbox")
      if (!item.path().filename().string().starts_with("0000-"))
        names.push_back(item.path().string());
  }
  std::ranges::sort(names);
  if (names.empty())
    return std::unexpected(
        Diagnostics{{folder.string(), 0, 0, "there is no patch in this folder",
                     "it should hold a quilt series file, or *.patch, *.diff or *.mbox files"}});
  for (const std::string& name : names)
    if (auto read = read_file_into(name, 1, runner, patches); !read) return read;
  return {};
}

}  // namespace

std::expected<std::vector<Patch>, Diagnostics> read_patches(const std::vector<std::string>& names,
                                                            CommandRunner& runner) {
  std::vector<Patch> patches;
  Diagnostics problems;
  for (const std::string& name : names) {
    auto read = fs::is_directory(name) ? read_directory_into(name, runner, patches)
                                       : read_file_into(name, 1, runner, patches);
    if (!read) std::ranges::move(read.error(), std::back_inserter(problems));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return patches;
}

}  // namespace kernel
