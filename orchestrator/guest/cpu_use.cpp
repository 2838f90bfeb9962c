// SPDX-License-Identifier: Apache-2.0
#include "guest/cpu_use.h"

#include <unistd.h>

#include "base/text.h"

namespace guest {

std::optional<CpuUse> process_cpu_use(pid_t pid) {
  const base::fs::path folder = base::fs::path("/proc") / std::to_string(pid);
  const auto stat = base::read_file(folder / "stat", 1u << 16);
  if (!stat) return std::nullopt;
  // The command's name may hold blanks and brackets: count fields behind the last ')'.
  const auto name_end = stat->rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const auto fields = base::split_words(std::string_view(*stat).substr(name_end + 1));
  if (fields.size() < 13) return std::nullopt;
  const auto user = base::parse_int(fields[11]);    // field 14
  const auto system = base::parse_int(fields[12]);  // field 15
  if (!user || !system) return std::nullopt;
  CpuUse use;
  use.stopped = fields[0] == "T" || fields[0] == "t";
  use.used = std::chrono::nanoseconds((*user + *system) * (1'000'000'000 / ::sysconf(_SC_CLK_TCK)));

  // The thread that computed most is the guest's processor; that others of QEMU's waited at the same time
  // says nothing more about the host.
  std::int64_t most = -1;
  std::error_code error;
  for (base::fs::directory_iterator task(folder / "task", error), end; !error && task != end; task.increment(error)) {
    const auto schedstat = base::read_file(task->path() / "schedstat", 4096);
    if (!schedstat) continue;  // the thread has ended, or the kernel keeps none
    const auto numbers = base::split_words(*schedstat);
    if (numbers.size() < 2) continue;
    const auto ran = base::parse_int(numbers[0]);
    const auto waited = base::parse_int(numbers[1]);
    if (!ran || !waited || *ran <= most) continue;
    most = *ran;
    use.waiting = std::chrono::nanoseconds(*waited);
  }
  return use;
}

}  // namespace guest
