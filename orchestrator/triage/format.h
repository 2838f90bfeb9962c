// SPDX-License-Identifier: Apache-2.0
// The table of crash formats: one row for each way in which a kernel says that something is wrong.
//
// Row order matters: when several rows match a line, the first wins. To add a format, add a row to
// the formats_*.cpp of its topic, with the kernel file that prints it beside it, and a golden log
// in testdata/.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "triage/report.h"

namespace triage {

// What a matching line means for the report it belongs to.
enum class Role : std::uint8_t {
  primary,  // opens a report
  early,   // opens a report that a primary line right after it takes over (list_add corruption ...)
  detail,  // belongs to a report; opens one only if its head was lost ("Oops: 0002 [#1]")
  marked,  // a detail that opens a report only after "cut here"
  consequence,   // a panic: belongs to the report before it, if that is its cause
  silent,        // only marks where the next report starts ("cut here")
  boot,          // "Linux version": a new boot
  orderly,       // a reboot somebody asked for
  user_space,    // the boot has reached user space
  boot_console,  // the log may hold the boot twice
  benign,        // looks like a report and is none
  self_test,     // a KUnit suite starts; some make the kernel report on purpose
};

// Where the function of the title comes from, in order of trust.
enum class Where : std::uint8_t {
  none,    // the title names no function
  header,  // capture named `f` of the pattern, then program counter, then trace
  pc,      // program counter, then link register, then trace
  trace,   // first meaningful frame of the trace
  lock,    // lockdep's "at: foo+0x.." of the lock that is being taken, then trace
};

enum Flag : unsigned {
  kFatal = 1,        // the kernel dies of it: later reports carry taint D and are secondary
  kAnywhere = 2,     // specific enough to be believed after an unknown prefix
  kNoTrace = 4,      // comes without a trace; not corrupted for lack of one
  kDirect = 8,       // frames follow without a "Call Trace:" line
  kAsserting = 16,   // the function asserts something itself: name it even if it locks or allocates
  kTraceAfter = 32,  // the trace that matters comes after "stack backtrace:" or "Call Trace:"
  kBanner = 64,      // ends with a line of "="
  kHeadLost = 256,   // a line that follows another head: alone it means that the head was lost
  kRepeats = 128,    // said again and again about the same thing: merged with the first
  kNeedsProof = 512,   // any program may write it: without a printk prefix it takes a trace
  kNeedsTrace = 1024,  // too short to be believed without a trace or a program counter
};

struct Format {
  std::string_view anchor;   // literal that occurs in the line; short, as mail wraps lines
  std::string_view pattern;  // RE2, matched from the anchor on; group `f` is a function, `file` a
                             // file, the first three unnamed groups are {1} {2} {3}
  Kind kind;
  std::string_view title;  // {f} function, {rw} Read or Write, {1} {2} {3} captures, {die} the
                           // words a die() was called with, before the anchor
  std::string_view bare;   // title without a function; empty: `title` up to " in {f}"
  Where where = Where::none;
  unsigned flags = 0;
  Role role = Role::primary;
  std::string_view group = {};  // for signatures; empty: the kind's name
  std::string_view skips =
      {};  // starts of functions that only pass this trouble on, with blanks between
};

// Kernel source files whose assertions have a title of their own: lib/refcount.c is "refcount bug".
struct Refinement {
  std::string_view file;   // end of the path
  std::string_view title;  // for WARNING
  std::string_view bug;    // for kernel BUG; empty: as for WARNING
  Kind kind;
  std::string_view function = {};  // start of the asserting function's name; empty: any
};

std::span<const Format> fault_formats();      // faults and traps, every architecture
std::span<const Format> die_formats();        // what a die() says that no other row knows
std::span<const Format> assert_formats();     // BUG(), WARN()
std::span<const Format> sanitizer_formats();  // KASAN, KMSAN, KCSAN, KFENCE, UBSAN, kmemleak
std::span<const Format> lock_formats();       // lockdep, sleeping in atomic context
std::span<const Format> stall_formats();      // lockups, RCU stalls, hung tasks
std::span<const Format> memory_formats();     // pages, counters, slab, OOM
std::span<const Format> firmware_formats();   // boot loaders, firmware, emergency shells
std::span<const Format> system_formats();     // panics, reboots, what looks like a report
std::span<const Refinement> refinements();

// All rows, in order of precedence.
std::vector<const Format*> all_formats();

}  // namespace triage
