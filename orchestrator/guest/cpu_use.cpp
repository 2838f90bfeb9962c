// SPDX-License-Identifier: Apache-2.0
#include "guest/cpu_use.h"

#include <unistd.h>

#include "base/text.h"

namespace guest {

namespace {

// What stands behind the command's name in `stat` of a process or thread: the name may hold blanks and brackets.
std::optional<std::string> behind_name(const base::fs::path& folder) {
  const auto stat = base::read_file(folder / "stat", 1u << 16);
  const auto name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos) return std::nullopt;
  return stat->substr(name_end + 1);
}

char state_of(const base::fs::path& folder) {
  const auto rest = behind_name(folder);
  const auto fields = rest ? base::split_words(*rest) : std::vector<std::string_view>();
  return fields.empty() || fields[0].empty() ? '?' : fields[0][0];
}

}  // namespace

std::optional<CpuUse> process_cpu_use(pid_t pid) {
  const base::fs::path folder = base::fs::path("/proc") / std::to_string(pid);
  const auto rest = behind_name(folder);
  if (!rest) return std::nullopt;
  const auto fields = base::split_words(*rest);
  if (fields.size() < 13) return std::nullopt;
  const auto user = base::parse_int(fields[11]);    // field 14
  const auto system = base::parse_int(fields[12]);  // field 15
  if (!user || !system) return std::nullopt;
  CpuUse use;
  use.stopped = fields[0] == "T" || fields[0] == "t";
  use.used = std::chrono::nanoseconds((*user + *system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));

  // All threads: a vCPU that sleeps until a timer fires waits for the loop that fires it. Where two wait at once it counts
  // twice; a limit may come late, but not because of the host.
  std::error_code error;
  for (base::fs::directory_iterator task(folder / "task", error), end; !error && task != end; task.increment(error)) {
    const auto schedstat = base::read_file(task->path() / "schedstat", 4096);
    if (!schedstat) continue;  // the thread has ended, or the kernel keeps none
    const auto numbers = base::split_words(*schedstat);
    if (numbers.size() < 2) continue;
    const auto waited = base::parse_int(numbers[1]);
    if (!waited) continue;
    use.waiting += std::chrono::nanoseconds(*waited);
    const char state = state_of(task->path());
    use.wants_processor = use.wants_processor || state == 'R' || state == 'D';
  }
  return use;
}

}  // namespace guest
