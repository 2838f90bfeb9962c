// SPDX-License-Identifier: Apache-2.0
// One crash report found in a kernel's console text.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace triage {

// What kind of trouble a report is. The names (kind_name) are a stable vocabulary for outsiders.
enum class Kind {
  oops,           // "oops": a fault, trap or exception in kernel mode
  bug,            // "bug": an assertion (BUG(), VM_BUG_ON), or a "BUG:" line of its own
  warning,        // "warning": WARN() and its relatives
  panic,          // "panic": a panic that is not the consequence of another report
  kasan,          // "kasan"
  kmsan,          // "kmsan"
  kcsan,          // "kcsan"
  kfence,         // "kfence"
  ubsan,          // "ubsan"
  lockdep,        // "lockdep": every form of lock debugging, suspicious RCU usage included
  rcu_stall,      // "rcu-stall"
  soft_lockup,    // "soft-lockup"
  hard_lockup,    // "hard-lockup"
  hung_task,      // "hung-task"
  atomic,         // "atomic": sleeping or scheduling where it is forbidden
  bad_page,       // "bad-page": bad page state, map or cache
  bad_rss,        // "bad-rss": counters of a dying mm
  corruption,     // "corruption": lists, refcounts, usercopy, slab objects, stacks
  memory_leak,    // "memory-leak": kmemleak
  oom,            // "oom": nothing left to kill, or a process that matters was killed
  machine_check,  // "machine-check"
  user_death,     // "user-death": init or another process that matters died
  boot,           // "boot": the kernel did not reach user space
  firmware,       // "firmware": the firmware gave up
  reboot,         // "reboot": the machine started again without being told to
  hang,           // "hang": other signs of no progress (workqueue lockup, CSD lock)
};

std::string_view kind_name(Kind kind);

// No progress: a lockup, a stall, a hung task.
bool is_stall(Kind kind);

// A frame of a report's trace, where it stands in the source; Options::symbols fills them in.
struct TraceLine {
  std::string function;
  std::uint64_t offset = 0;  // in the function that was called, not the inlined one
  std::string file;          // kernel-relative; empty when the symbols have no lines
  unsigned line = 0;
  bool inlined = false;
  bool raw = false;  // the log named an address only
};

struct Report {
  std::string title;  // as maintainers write it: class and first meaningful function
  Kind kind = Kind::bug;
  std::uint64_t start_line = 0;  // 1-based, inclusive
  std::uint64_t end_line = 0;
  bool corrupted = false;         // cut or interleaved: the function or the trace is missing
  std::string signature;          // equal for the same bug on other kernels and architectures
  std::string function;           // first meaningful function; empty when unknown
  std::string file;               // guilty-file guess, kernel-relative; empty when unknown
  std::string process;            // Comm of the task, if the report names it
  std::uint64_t secondaries = 0;  // consequences and repetitions seen after it
  bool expected = false;          // matches an announced pattern (expected.h)
  std::vector<TraceLine> trace;   // program counter first; empty without symbols
};

}  // namespace triage
