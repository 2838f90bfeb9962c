// SPDX-License-Identifier: Apache-2.0
// Processor time of a process, from /proc (proc_pid_stat(5); Documentation/scheduler/sched-stats.rst).
#pragma once
#include <sys/types.h>

#include <optional>

#include "guest/guest.h"

namespace guest {

// nullopt once the process is reaped. `used` counts ended threads too, in steps of a clock tick (10 ms);
// `waiting` is that of all living threads, and zero where the kernel keeps no schedstat; what one waits for at this very
// moment is in it only when it gets to run.
std::optional<CpuUse> process_cpu_use(pid_t pid);

}  // namespace guest
