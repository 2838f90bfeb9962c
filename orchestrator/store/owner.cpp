// SPDX-License-Identifier: Apache-2.0
#include "store/owner.h"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace store {
namespace {

std::string read_small(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

// 0 when there is no such process, or only its zombie.
std::int64_t start_of(std::int64_t pid) {
  const std::string stat = read_small("/proc/" + std::to_string(pid) + "/stat");
  // The command in parentheses may itself hold blanks and parentheses: count from the last one.
  const auto end = stat.rfind(')');
  if (end == std::string::npos) return 0;
  const auto words = base::split_words(std::string_view(stat).substr(end + 1));
  if (words.size() < 20 || words[0] == "Z" || words[0] == "X") return 0;
  return base::parse_int(words[19]).value_or(0);
}

std::string boot_id() {
  return std::string(base::trim(read_small("/proc/sys/kernel/random/boot_id")));
}

}  // namespace

Owner this_process() { return {.pid = getpid(), .start = start_of(getpid()), .boot = boot_id()}; }

bool alive(const Owner& owner) {
  return owner.pid > 0 && owner.boot == boot_id() && start_of(owner.pid) == owner.start &&
         owner.start != 0;
}

}  // namespace store
