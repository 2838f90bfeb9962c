// SPDX-License-Identifier: Apache-2.0
#include "base/program.h"

#include <unistd.h>

#include <cstdlib>

#include "base/text.h"

namespace base {
namespace {

bool can_run(const fs::path& path) {
  std::error_code ignored;  // a folder may be "executable" too
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

std::optional<fs::path> find_in(std::string_view folders, std::string_view name) {
  for (const std::string_view folder : split(folders, ':'))
    if (!folder.empty())
      if (fs::path candidate = fs::path(folder) / name; can_run(candidate)) return candidate;
  return std::nullopt;
}

}  // namespace

std::optional<fs::path> find_program(std::string_view name) {
  if (name.empty()) return std::nullopt;
  if (name.contains('/')) return can_run(name) ? std::optional<fs::path>(name) : std::nullopt;
  const char* path = std::getenv("PATH");
  return find_in(path != nullptr ? path : "/usr/bin:/bin", name);
}

std::optional<fs::path> find_system_program(std::string_view name) {
  auto found = find_program(name);
  return found || name.contains('/') ? found : find_in("/usr/sbin:/sbin", name);
}

}  // namespace base
