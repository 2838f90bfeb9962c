// SPDX-License-Identifier: Apache-2.0
#include "campaign/leftovers.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/text.h"

namespace campaign {
namespace {

namespace fs = base::fs;

// "results.tmp-aX3b9Q" of an atomic write, ".tmp-KEY-aX3b9Q" of the cache.
bool is_temporary(const std::string& name) { return name.contains(".tmp-"); }

}  // namespace

std::vector<pid_t> pids_with(const std::string& name, const std::string& value) {
  const std::string wanted = name + "=" + value;
  std::vector<pid_t> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const auto pid = base::parse_int(entry.path().filename().string());
    if (!pid || *pid == ::getpid()) continue;
    const std::string environment = base::read_file(entry.path() / "environ", 1 << 20).value_or("");
    for (const std::string_view variable : base::split(environment, '\0'))
      if (variable == wanted) {
        found.push_back(static_cast<pid_t>(*pid));
        break;
      }
  }
  return found;
}

std::vector<std::string> processes_with(const std::string& name, const std::string& value) {
  std::vector<std::string> found;
  for (const pid_t pid : pids_with(name, value)) {
    std::string line = base::read_file("/proc/" + std::to_string(pid) + "/cmdline", 1 << 20).value_or("");
    std::ranges::replace(line, '\0', ' ');
    if (!line.empty()) found.push_back(std::to_string(pid) + " " + line.substr(0, 200));
  }
  return found;
}

std::vector<std::string> leftover_files(const fs::path& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    std::error_code ignored;
    if (is_temporary(name)) found.push_back("temporary " + it->path().string());
    else if (it->is_socket(ignored)) found.push_back("socket " + it->path().string());
    else if (name == "initrd" && fs::exists(it->path().parent_path() / "job.cpio", ignored))
      found.push_back("image " + it->path().string());
  }
  return found;
}

void make_old(const fs::path& folder) {
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (is_temporary(it->path().filename().string())) fs::last_write_time(it->path(), old, ignored);
  }
}

std::vector<std::string> locks_held(const fs::path& folder) {
  std::vector<std::string> held;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    const bool lock = it->path().extension() == ".lock" || it->path().parent_path().filename() == "locks";
    if (!lock || !it->is_regular_file(ignored)) continue;
    const auto taken = base::FileLock::try_acquire(it->path());
    if (!taken || !taken->locked()) held.push_back("lock " + it->path().string());
  }
  return held;
}

std::size_t open_files() {
  std::size_t count = 0;
  std::error_code error;
  for (fs::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) ++count;
  return count;
}

}  // namespace campaign
