// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace runner {
namespace {

constexpr std::size_t kLongestName = 120;
constexpr std::size_t kMostFiles = 2000;  // a guest that invents names does not get to fill the directory

void write_all(int fd, std::string_view bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      throw base::InfraError(base::errno_error("write the artefact " + name, errno).message,
                             "free some space where the results are");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

Artifacts::Artifacts(base::fs::path folder, std::uint64_t limit) : folder_(std::move(folder)), limit_(limit) {}
Artifacts::~Artifacts() = default;

std::string Artifacts::file_name(std::string_view name) {
  std::string safe;
  for (const char c : name.substr(0, kLongestName)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || (c == '.' && !safe.empty());
    safe += plain ? c : '_';
  }
  return safe.empty() ? "_" : safe;
}

void Artifacts::append(std::string_view name, std::string_view bytes) {
  const std::string safe = file_name(name);
  auto found = files_.find(safe);
  if (found == files_.end()) {
    if (files_.size() >= kMostFiles) return;
    File file;
    file.fd.reset(::open((folder_ / safe).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file.fd)
      throw base::InfraError(base::errno_error("create the artefact " + (folder_ / safe).string(), errno));
    found = files_.emplace(safe, std::move(file)).first;
  }
  File& file = found->second;
  if (file.cut) return;
  const std::uint64_t room = limit_ - std::min(limit_, file.size);
  const std::string_view part = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), room));
  write_all(file.fd.get(), part, safe);
  file.size += part.size();
  if (part.size() < bytes.size()) {
    file.cut = true;
    write_all(file.fd.get(), "\n[vmlab: cut here, the guest sent more than is kept]\n", safe);
  }
}

void Artifacts::flush() { files_.clear(); }

}  // namespace runner
