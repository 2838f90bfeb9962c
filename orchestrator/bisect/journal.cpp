// SPDX-License-Identifier: Apache-2.0
#include "bisect/journal.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/json_fields.h"
#include "base/text.h"

namespace bisect {
namespace {

namespace fs = base::fs;
namespace json = boost::json;
using base::text_at;

constexpr int kVersion = 1;
constexpr const char* kFile = "journal.jsonl";

base::Result<void> append(const fs::path& path, const std::string& text) {
  const base::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd) return base::fail(fmt::format("{}: {}", path.string(), std::strerror(errno)));
  // One write, so that a crash can tear only the last line.
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size()) || ::fsync(fd.get()) != 0)
    return base::fail(fmt::format("writing {}: {}", path.string(), std::strerror(written < 0 ? errno : ENOSPC)));
  return {};
}

json::object object_of(const Entry& entry) {
  json::object out{{"commit", entry.commit}, {"outcome", entry.outcome}};
  for (const auto& [key, value] : {std::pair("what", &entry.what), {"run", &entry.run}, {"kernel", &entry.kernel},
                                   {"aim", &entry.aim}, {"as", &entry.as}, {"at", &entry.at}})
    if (!value->empty()) out[key] = *value;
  if (entry.seconds > 0) out["seconds"] = entry.seconds;
  return out;
}

Entry entry_of(const json::object& object) {
  Entry entry{.commit = text_at(object, "commit"),
              .outcome = text_at(object, "outcome"),
              .what = text_at(object, "what"),
              .run = text_at(object, "run"),
              .kernel = text_at(object, "kernel"),
              .aim = text_at(object, "aim"),
              .as = text_at(object, "as"),
              .at = text_at(object, "at")};
  if (const json::value* seconds = object.if_contains("seconds"); seconds != nullptr && seconds->is_number())
    entry.seconds = seconds->to_number<double>();
  return entry;
}

}  // namespace

std::string short_id(const std::string& id) {
  const bool object = id.size() >= 40 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return object ? id.substr(0, 12) : base::printable(id);
}

base::Result<Journal> Journal::open(const fs::path& folder, const std::string& question, const std::string& text) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return base::fail(fmt::format("{}: {}", folder.string(), error.message()));
  Journal journal;
  journal.folder_ = folder;
  auto lock = base::FileLock::try_acquire(folder / "lock");
  if (!lock) return std::unexpected(lock.error());
  if (!lock->locked()) return base::fail("another vmlab is at this very bisection", "wait for it, or end it");
  journal.lock_ = std::move(*lock);

  const fs::path path = folder / kFile;
  if (!fs::exists(path)) {
    const json::object head{{"version", kVersion}, {"question", question}, {"text", text}};
    if (auto begun = append(path, json::serialize(head) + "\n"); !begun) return std::unexpected(begun.error());
    return journal;
  }
  auto content = base::read_file(path);
  if (!content) return std::unexpected(content.error());
  std::size_t whole = 0;
  bool first = true;
  for (std::size_t end; (end = content->find('\n', whole)) != std::string::npos; whole = end + 1) {
    boost::system::error_code wrong;
    const json::value line = json::parse(std::string_view(*content).substr(whole, end - whole), wrong);
    if (wrong || !line.is_object())
      return base::fail(fmt::format("{}: a line of this journal cannot be read", path.string()), "begin anew with --fresh");
    if (first && text_at(line.as_object(), "question") != question)
      return base::fail(fmt::format("{} belongs to another question", path.string()), "begin anew with --fresh");
    if (!first) journal.entries_.push_back(entry_of(line.as_object()));
    first = false;
  }
  if (first) return base::fail(fmt::format("{} is empty", path.string()), "begin anew with --fresh");
  if (whole < content->size()) fs::resize_file(path, whole, error);
  return journal;
}

base::Result<void> Journal::add(Entry entry) {
  entry.at = fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
  if (auto added = append(folder_ / kFile, json::serialize(object_of(entry)) + "\n"); !added) return added;
  entries_.push_back(std::move(entry));
  return {};
}

}  // namespace bisect
