// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "kernel/patch_message.h"
#include "kernel/patch_series.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using base::Diagnostics;

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

// git knows every transfer encoding and line wrapping a mailer can do to a patch.
base::Result<Message> decode_mail(const std::string& file, const Mail& mail, CommandRunner& runner) {
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
  Message result{.patch = {.file = file, .subject = {}, .author = {}, .diff = {}, .first_line = mail.first_line},
                 .body = {},
                 .mail = true,
                 .comment = {}};
  for (std::string_view line : base::split_lines(*information)) {
    if (line.starts_with("Subject: ")) result.patch.subject = line.substr(9);
    if (line.starts_with("Author: ")) result.patch.author = line.substr(8);
    if (line.starts_with("Email: ")) result.patch.author += fmt::format(" <{}>", line.substr(7));
  }
  auto body = base::read_file(message), text = base::read_file(diff);
  if (!body) return std::unexpected(body.error());
  if (!text) return std::unexpected(text.error());
  result.body = std::move(*body);
  if (has_diff(*text)) result.patch.diff = std::move(*text);
  else result.body += *text;
  return result;
}

enum class Content { patches, anything };

std::expected<void, Diagnostics> read_file_into(const std::string& name, int strip, Content content,
                                                CommandRunner& runner, std::vector<Message>& messages) {
  auto text = base::read_file(name, 256 << 20);
  if (!text)
    return std::unexpected(
        Diagnostics{{name, 0, 0, "cannot read this patch: " + text.error().message, {}}});
  if (content == Content::patches && !has_diff(*text))
    return std::unexpected(
        Diagnostics{{name, 0, 0, "there is no diff in this file",
                     "a patch is a unified diff or an mbox (git format-patch, b4 am)"}});
  if (!is_mail(*text)) {
    messages.push_back({.patch = {.file = name,
                                  .subject = fs::path(name).filename().string(),
                                  .author = {},
                                  .diff = has_diff(*text) ? std::move(*text) : std::string(),
                                  .first_line = 1,
                                  .strip = strip},
                        .body = {},
                        .comment = {}});
    return {};
  }
  for (const Mail& mail : split_mbox(*text)) {
    auto message = decode_mail(name, mail, runner);
    if (!message)
      return std::unexpected(Diagnostics{{name, mail.first_line, 0, message.error().text(), {}}});
    message->patch.strip = strip;
    messages.push_back(std::move(*message));
  }
  return {};
}

// "name.patch -p0 # comment" lines of quilt's series file, or the folder's patches by name.
std::expected<void, Diagnostics> read_directory_into(const fs::path& folder, CommandRunner& runner,
                                                     std::vector<Message>& messages) {
  for (const fs::path& home : {folder, folder / "patches"}) {
    auto series = base::read_file(home / "series");
    if (!series) continue;
    for (std::string_view line : base::split_lines(*series)) {
      const std::size_t hash = line.find('#');
      const auto words = base::split_words(line.substr(0, hash));
      if (words.empty()) continue;
      int strip = 1;
      for (std::string_view word : words)
        if (word.starts_with("-p"))
          strip = static_cast<int>(base::parse_int(word.substr(2)).value_or(1));
      const std::size_t first = messages.size();
      if (auto read = read_file_into((home / words[0]).string(), strip, Content::patches, runner, messages); !read)
        return read;
      for (std::size_t i = first; i < messages.size(); ++i) {
        messages[i].listed = true;
        if (hash != line.npos) messages[i].comment = base::trim(line.substr(hash + 1));
      }
    }
    return {};
  }
  std::vector<std::string> names;
  std::vector<std::string> covers;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder, ignored)) {
    const std::string extension = item.path().extension().string();
    const std::string file = item.path().filename().string();
    if (extension != ".patch" && extension != ".diff" && extension != ".mbox" && extension != ".cover") continue;
    // "0000-cover-letter.patch", "v3-0000-..." of git format-patch, "....cover" of b4.
    const bool cover = extension == ".cover" || file.starts_with("0000-") || file.contains("-0000-cover");
    (cover ? covers : names).push_back(item.path().string());
  }
  std::ranges::sort(names);
  std::ranges::sort(covers);
  if (names.empty())
    return std::unexpected(
        Diagnostics{{folder.string(), 0, 0, "there is no patch in this folder",
                     "it should hold a quilt series file, or *.patch, *.diff or *.mbox files"}});
  for (const std::string& name : covers)
    if (auto read = read_file_into(name, 1, Content::anything, runner, messages); !read) return read;
  for (const std::string& name : names)
    if (auto read = read_file_into(name, 1, Content::patches, runner, messages); !read) return read;
  return {};
}

// The patches of one file: mails that are numbered n/m of one m come in that order.
void put_in_order(std::vector<Patch>::iterator first, std::vector<Patch>::iterator last) {
  const auto number = [](const Patch& patch) {
    return numbering(patch.subject).value_or(std::pair(0, 0));
  };
  if (std::all_of(first, last, [&](const Patch& patch) {
        return number(patch).first > 0 && number(patch).second == number(*first).second;
      }))
    std::sort(first, last, [&](const Patch& one, const Patch& other) {
      return std::pair(number(one).first, one.first_line) < std::pair(number(other).first, other.first_line);
    });
}

}  // namespace

bool has_diff(std::string_view text) {
  return text.contains("\n--- ") || text.starts_with("--- ") || text.contains("diff --git ");
}

std::optional<std::pair<int, int>> numbering(std::string_view subject) {
  while (subject.starts_with("[")) {
    const std::size_t close = subject.find(']');
    if (close == subject.npos) return std::nullopt;
    for (std::string_view word : base::split_words(subject.substr(1, close - 1))) {
      const std::size_t slash = word.find('/');
      if (slash == word.npos) continue;
      const auto n = base::parse_int(word.substr(0, slash)),
                 m = base::parse_int(word.substr(slash + 1));
      if (n && m) return std::pair(static_cast<int>(*n), static_cast<int>(*m));
    }
    subject = base::trim(subject.substr(close + 1));
  }
  return std::nullopt;
}

std::expected<std::vector<Message>, Diagnostics> read_messages(const std::string& name, CommandRunner& runner) {
  std::vector<Message> messages;
  auto read = fs::is_directory(name) ? read_directory_into(name, runner, messages)
                                     : read_file_into(name, 1, Content::patches, runner, messages);
  if (!read) return std::unexpected(std::move(read.error()));
  return messages;
}

std::expected<std::vector<Patch>, Diagnostics> read_patches(const std::vector<std::string>& names,
                                                            CommandRunner& runner) {
  std::vector<Patch> patches;
  Diagnostics problems;
  for (const std::string& name : names) {
    auto messages = read_messages(name, runner);
    if (!messages) {
      std::ranges::move(messages.error(), std::back_inserter(problems));
      continue;
    }
    for (std::size_t i = 0; i < messages->size();) {
      const std::string file = (*messages)[i].patch.file;
      const auto start = static_cast<std::ptrdiff_t>(patches.size());
      for (; i < messages->size() && (*messages)[i].patch.file == file; ++i)
        if (!(*messages)[i].patch.diff.empty()) patches.push_back(std::move((*messages)[i].patch));
      put_in_order(patches.begin() + start, patches.end());
    }
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return patches;
}

}  // namespace kernel
