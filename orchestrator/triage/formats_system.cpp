// SPDX-License-Identifier: Apache-2.0
// Panics, boot-time failures, reboots, deaths of processes that matter, and what only
// looks like a report.
#include "triage/format.h"

namespace triage {
namespace {

constexpr unsigned kPlain = kNoTrace | kAnywhere;

constexpr Format kFormats[] = {
    // words of parameters and of documentation
    {"ommand line:", R"(^ommand line:)", Kind::bug, "", "", Where::none, 0, Role::benign},
    // lib/kunit/test.c kunit_suite_begin()
    {"# Subtest: ", R"(^# Subtest: ([\w-]+))", Kind::bug, "", "", Where::none, 0, Role::self_test},
    {"sysrq_handle_crash at", "", Kind::panic, "", "", Where::none, 0, Role::benign},
    // crash(8) of a memory dump: its head, and a backtrace without one
    {"PANIC: \"",
     R"(^PANIC: "(?:Oops|BUG|kernel BUG|Kernel panic|general protection|Unable|Internal error|Fatal|sysrq|SysRq))",
     Kind::oops, "kernel crash in {f}", "", Where::pc, kDirect | kNoTrace, Role::primary, "vmcore"},
    {"machine_kexec at", R"(^machine_kexec at [0-9a-f]*$)", Kind::oops, "kernel crash in {f}", "",
     Where::pc, kAnywhere | kDirect | kNoTrace, Role::detail, "vmcore"},
    // kernel/panic.c. Causes first, then whatever text there is.
    {"Kernel panic - not syncing:",
     R"(^Kernel panic - not syncing: Attempted to kill (?:init!|the idle task!))", Kind::panic,
     "kernel panic: {panic}", "", Where::none, kPlain | kFatal, Role::consequence},
    {"Kernel panic - not syncing:",
     R"(^Kernel panic - not syncing: (?:stack-protector: )?Kernel stack is corrupted in:? ?(?P<f>[\w.]+)?)",
     Kind::corruption, "kernel panic: stack is corrupted in {f}", "", Where::header,
     kAnywhere | kFatal, Role::consequence, "stack-protector"},
    {"Kernel panic - not syncing:", R"(^Kernel panic - not syncing: corrupted stack end detected)",
     Kind::corruption, "kernel panic: corrupted stack end in {f}", "", Where::trace,
     kAnywhere | kFatal, Role::consequence},
    {"Kernel panic - not syncing:",
     R"(^Kernel panic - not syncing: (?:kernel|Kernel) stack overflow)", Kind::oops,
     "kernel stack overflow in {f}", "", Where::pc, kAnywhere | kFatal, Role::consequence,
     "stack-overflow"},
    {"Kernel panic - not syncing:",
     R"(^Kernel panic - not syncing: (?:Hard LOCKUP|Watchdog detected hard LOCKUP))",
     Kind::hard_lockup, "BUG: hard lockup in {f}", "", Where::pc, kAnywhere | kFatal,
     Role::consequence},
    {"Kernel panic - not syncing:", R"(^Kernel panic - not syncing: Asynchronous SError Interrupt)",
     Kind::oops, "SError Interrupt in {f}", "", Where::pc, kAnywhere | kFatal, Role::consequence,
     "serror"},
    {"Kernel panic - not syncing:", R"(^Kernel panic - not syncing: VFS: Unable to mount root fs)",
     Kind::boot, "kernel panic: VFS: Unable to mount root fs", "", Where::none, kPlain | kFatal,
     Role::consequence},
    {"Kernel panic - not syncing:", R"(^Kernel panic - not syncing: No working init found)",
     Kind::boot, "kernel panic: No working init found", "", Where::none, kPlain | kFatal,
     Role::consequence},
    {"Kernel panic - not syncing:", R"(^Kernel panic - not syncing: Requested init (\S+) failed)",
     Kind::boot, "kernel panic: Requested init {1} failed", "", Where::none, kPlain | kFatal,
     Role::consequence},
    {"Kernel panic - not syncing:",
     R"(^Kernel panic - not syncing: (?:System is deadlocked on memory|Out of memory))", Kind::oom,
     "kernel panic: {panic}", "", Where::none, kPlain | kFatal, Role::consequence},
    {"Kernel panic - not syncing:", "", Kind::panic, "kernel panic: {panic}", "", Where::none,
     kPlain | kFatal, Role::consequence},
    {"Kernel panic -", R"(^Kernel panic -(?: not|$))", Kind::panic, "kernel panic", "", Where::none,
     kPlain | kFatal, Role::consequence},
    {"Out of memory and no killable", "", Kind::oom, "Out of memory and no killable processes", "",
     Where::none, kPlain, Role::early},
    // arch/x86/kernel/cpu/mce: only what is fatal is a report
    {"Machine check: ", R"(^Machine check: .*(?:fatal|panic))", Kind::machine_check,
     "Machine check", "", Where::none, kPlain},
    // drivers that have no better words: early boot
    {"ERROR: Failed to allocate", R"(^ERROR: Failed to allocate .* bytes)", Kind::boot,
     "Failed to allocate memory at boot", "", Where::none, kNoTrace},
    {"RAMDISK: incomplete write", "", Kind::boot, "RAMDISK: incomplete write", "", Where::none,
     kNoTrace, Role::early},
    // prom_init.c of powerpc before there is a console
    {"prom_panic", R"(^prom_panic)", Kind::boot, "prom_panic", "", Where::none, kNoTrace},
    // init's death; the names that matter are asked of Options
    {"segfault at", R"(^segfault at)", Kind::user_death, "{process} died: segfault", "",
     Where::none, kPlain, Role::early, "user-death"},
    {"unhandled signal", R"(^unhandled signal (\d+))", Kind::user_death,
     "{process} died: unhandled signal {1}", "", Where::none, kPlain, Role::early, "user-death"},
    {"Freezing execution", R"(^Freezing execution)", Kind::user_death,
     "{process} died: freezing execution", "", Where::none, kPlain, Role::early, "user-death"},
    {"trap invalid opcode", "", Kind::user_death, "{process} died: invalid opcode", "", Where::none,
     kPlain, Role::early, "user-death"},
    {"unhandled exception", R"(^unhandled exception)", Kind::user_death,
     "{process} died: unhandled exception", "", Where::none, kPlain, Role::early, "user-death"},
    // boots and reboots
    {"Linux version ", R"(^Linux version \d+\.\d+)", Kind::reboot, "unexpected kernel reboot", "",
     Where::none, kNoTrace, Role::boot},
    {"reboot: ",
     R"(^reboot: (?:Restarting system|Power [dD]own|Power off|System halted|machine restart))",
     Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"Rebooting.", R"(^Rebooting\.$)", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"The system is going down", "", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"systemd-shutdown[", R"(^systemd-shutdown\[1\]: )", Kind::reboot, "", "", Where::none, 0,
     Role::orderly},
    {"Reached target ",
     R"(^Reached target (?:.*Reboot|.*Power[ -]Off|.*Shutdown|.*poweroff|.*kexec))", Kind::reboot,
     "", "", Where::none, 0, Role::orderly},
    {"exiting on signal 15", "", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"Requesting system reboot", "", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"Restarting system", R"(^Restarting system)", Kind::reboot, "", "", Where::none, 0,
     Role::orderly},
    {"Starting new kernel", R"(^Starting new kernel)", Kind::reboot, "", "", Where::none, 0,
     Role::orderly},
    {"sysrq: ", R"(^sysrq: (?:SysRq : )?Resetting)", Kind::reboot, "", "", Where::none, 0,
     Role::orderly},
    {"SysRq : Resetting", "", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"-- Reboot --", "", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"-- Boot ", R"(^-- Boot [0-9a-f]+)", Kind::reboot, "", "", Where::none, 0, Role::orderly},
    {"Run /", R"(^Run /\S+ as init process)", Kind::reboot, "", "", Where::none, 0,
     Role::user_space},
    {"Freeing unused kernel", "", Kind::reboot, "", "", Where::none, 0, Role::user_space},
    {"bootconsole [", R"(^bootconsole \[\w+\] enabled)", Kind::reboot, "", "", Where::none, 0,
     Role::boot_console},
    // a sysrq-triggered crash is a crash; the line itself is only news about who asked
    {"WARNING! ", "", Kind::bug, "", "", Where::none, 0, Role::benign},
    // a "BUG: " of its own with a kernel's prefix before it
    {"BUG: ", R"(^BUG: ([A-Za-z][^\n]{2,}))", Kind::bug, "BUG: {text}", "", Where::none,
     kNoTrace | kNeedsProof},
};

}  // namespace

std::span<const Format> system_formats() { return kFormats; }

std::vector<const Format*> all_formats() {
  std::vector<const Format*> all;
  // The benign and panic rows first: a command line may quote anything.
  for (const Format& row : system_formats())
    if (row.anchor != "BUG: ") all.push_back(&row);
  for (auto table : {firmware_formats(), fault_formats(), assert_formats(), sanitizer_formats(),
                     lock_formats(), stall_formats(), memory_formats(), die_formats()})
    for (const Format& row : table) all.push_back(&row);
  all.push_back(&system_formats().back());
  return all;
}

}  // namespace triage
