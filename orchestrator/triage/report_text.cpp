// SPDX-License-Identifier: Apache-2.0
// What the lines inside a report look like. Only their span depends on this table.
#include <algorithm>
#include <array>

#include "triage/builder.h"

namespace triage {
namespace {

// Starts of lines, after the printk prefix.
// clang-format off
constexpr std::array kStarts = std::to_array<std::string_view>({
    "CPU:", "CPU#", "CPU ", "Hardware name:", "Modules linked in:", "Tainted:", "Workqueue:",
    "Call Trace", "Call trace", "Backtrace", "stack backtrace", "<TASK>", "</TASK>", "<IRQ>",
    "</IRQ>", "<NMI>", "</NMI>", "<#", "</#", "---[", "[ end trace", "RIP", "RSP", "RAX", "RDX",
    "RBP", "R10", "R13", "R0", "FS:", "CS:", "CR2", "DR0", "DR3", "PKRU", "ORIG_RAX", "EIP", "EAX",
    "ESI", "EBX", "EBP", "EFLAGS", "ES:", "DS:", "GS:", "Code:", "#PF", "PGD", "PUD", "IDT:",
    "Oops", "Internal error", "Mem abort", "Data abort", "ESR", "EC =", "SET =", "EA =", "FSC =",
    "ISV =", "CM =", "GCS =", "swapper pgtable", "user pgtable", "pstate", "pc :", "pc:", "lr :",
    "lr:", "sp :", "sp:", "x0", "x1", "x2", "x3", "x5", "x6", "x8", "Faulting instruction",
    "BE PAGE_SIZE", "LE PAGE_SIZE", "NIP", "LR ", "LR:", "REGS:", "MSR:", "CFAR", "DAR:", "DEAR:",
    "GPR", "Instruction dump", "IRQMASK", "interrupt:", "--- interrupt", "--- Exception",
    "Failing address", "Fault in ", "AS:", "Krnl", "Last Breaking", "R:", "epc", "ra :", "ra    :",
    "gp :", "t0 :", "t2 :", "t5 :", "s1 :", "s5 :", "s8 :", "a0 :", "a1 :", "a2 :", "a5 :", "s2 :",
    "s11:", "s11", "status:", "Status:", "Cause", "BadVA", "PrId", "PC is at", "LR is at", "Flags:",
    "Control:", "Register r", "Process ", "Stack", "Exception stack", "Backtrace:", "r10:", "r9 :",
    "r7 :", "r3 :", "ip :", "pc : [", "Read of size", "Write of size", "Allocated by", "Freed by",
    "The buggy address", "Memory state", "which belongs", "located ", "which is located", "flags:",
    "raw:", "page:", "page dumped", "page_owner", "page last", "page_type", "page-owner", "head:",
    "memcg:", "aops:", "anon flags", "mapping:", "irq event", "hardirqs last", "softirqs last",
    "other info", "Possible unsafe", "Possible interrupt", "*** DEADLOCK", "lock(", "May be due",
    "Chain exists", "the existing dependency", "but task is", "but there are no", "but now in",
    "but this new", "but existing", "which lock", "and this", "which would", "#0", "#1", "#2", "#3",
    "#4", "#5", "#6", "#7", "#8", "#9", "-> #", "-> torvalds", "locks held", "Preemption disabled",
    "in_atomic", "preempt_count", "RCU nest", "INFO: lockdep is turned off", "INFO: Stall ended",
    "rcu:", "rcu_scheduler", "RCU used", "NMI backtrace", "Sending NMI", "(detected", "(t=",
    "task:", "Showing all", "\"echo 0", "Not tainted", "Kernel Offset", "Dumping ftrace",
    "Local variable", "Uninit was", "Bytes ", "Memory access of size", "Data copied",
    "value changed", "Reported by", "read to", "write to", "read-write", "race at", "marked",
    "assert", "backtrace", "comm \"", "hex dump", "Object ", "Redzone", "Padding", "Slab ",
    "INFO: Slab", "INFO: Object", "INFO: Allocated", "INFO: Freed", "FIX ", "kfence-#", "addr:",
    "file:", "shift exponent", "index ", "load of", "signed integer", "note: ", "Fixing recursive",
    "Rebooting in", "kernel: ", "KASAN:", "Mem-Info", "Node ", "Out of memory", "oom-kill",
    "Tasks state", "active_anon", "Exec:", "invoked oom", "====", "-----", "traps:", "Trying to",
    "R1", "R2", "Supported:", "Kernel command line", "list_", "refcount_t", "usercopy", "ODEBUG",
    "Last potentially", "Second to last", "stack traceback", "FAULT_FLAG", "vm_", "watchdog:",
    "CSD", "workqueue ", "pwq ", "in-flight", "pending:", "delayed:", "pool ",
    "handlers:", "Disabling IRQ", "kobject_add_internal failed", "mcause=", "skb ", "xarray:", "tsk->{",
    "\\|/ ____", "\"@'/", "/_| \\__/", "\\__U_/", "TSTATE:", "TPC:", "RPC:", "I7:", "Caller[",
});
// clang-format on

bool hex_dump(std::string_view body) {
  std::size_t colon = body.find(": ");
  if (colon == std::string_view::npos || colon < 3 || colon > 20 || body.size() < colon + 8)
    return false;
  auto hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ' '; };
  return std::ranges::all_of(body.substr(0, colon), hex) &&
         std::ranges::all_of(body.substr(colon + 2, 5), hex);
}

bool contains_any(std::string_view body) {
  static constexpr std::string_view kWords[] = {" lock held by ",   " locks held by ",
                                                "is trying to ",    "already holding",
                                                "}, at: ",          "state was registered",
                                                " Comm: ",          "Not tainted",
                                                "Tainted: ",        "[ end ",
                                                "-irq-unsafe lock", "-irq-safe lock",
                                                " state:",          "*pgd=",
                                                "] pgd=",           "exploit attempt",
                                                "suspicious rcu_",  "exited with",
                                                "refcount:",        "bytes to the ",
                                                "bytes inside of",  "blocked for more"};
  return std::ranges::any_of(
      kWords, [body](std::string_view word) { return body.find(word) != std::string_view::npos; });
}

}  // namespace

bool is_report_text(std::string_view body) {
  if (body.empty()) return false;
  for (std::string_view start : kStarts)
    if (body.starts_with(start)) return true;
  return hex_dump(body) || contains_any(body);
}

}  // namespace triage
