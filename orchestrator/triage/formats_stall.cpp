// SPDX-License-Identifier: Apache-2.0
// No progress: lockups, RCU stalls, hung tasks.
#include "triage/format.h"

namespace triage {
namespace {

constexpr Format kFormats[] = {
    // kernel/watchdog.c, arch/powerpc/kernel/watchdog.c
    {"BUG: soft lockup", R"(^BUG: soft lockup(?: -|$))", Kind::soft_lockup,
     "BUG: soft lockup in {f}", "", Where::pc, kAnywhere | kRepeats},
    // before 2.6.23; arch/i386/kernel/nmi.c, and sparc64 still
    {"BUG: soft lockup detected on CPU", "", Kind::soft_lockup, "BUG: soft lockup in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"Watchdog detected LOCKUP", R"(^Watchdog detected LOCKUP(?: on CPU|$))", Kind::hard_lockup,
     "BUG: hard lockup in {f}", "", Where::pc, kAnywhere | kRepeats},
    {"atchdog detected hard LOCKUP", "", Kind::hard_lockup, "BUG: hard lockup in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"Hard LOCKUP", R"(^Hard LOCKUP(?:$| |,))", Kind::hard_lockup, "BUG: hard lockup in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"self-detected hard LOCKUP", "", Kind::hard_lockup, "BUG: hard lockup in {f}", "", Where::pc,
     kAnywhere | kRepeats},
    {"detected hard LOCKUP", "", Kind::hard_lockup, "BUG: hard lockup in {f}", "", Where::pc,
     kAnywhere | kRepeats, Role::early},
    // kernel/rcu/tree_stall.h, tree_exp.h, tasks.h, update.c; 3.x to 7.x
    {"self-detected stall on CPU", "", Kind::rcu_stall, "INFO: rcu detected stall in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"self-detected stall", R"(^self-detected stall$)", Kind::rcu_stall,
     "INFO: rcu detected stall in {f}", "", Where::pc, kAnywhere | kRepeats},
    {"detected stalls on CPUs/tasks", "", Kind::rcu_stall, "INFO: rcu detected stall in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"detected stalls on", R"(^detected stalls on(?: CPUs| tasks|$))", Kind::rcu_stall,
     "INFO: rcu detected stall in {f}", "", Where::pc, kAnywhere | kRepeats},
    {"detected stalls? (Late IPI?)", "", Kind::rcu_stall, "INFO: rcu detected stall in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"detected stall, but suppressed full report", "", Kind::rcu_stall,
     "INFO: rcu detected stall in {f}", "", Where::pc, kAnywhere | kRepeats},
    {"detected expedited stalls", "", Kind::rcu_stall, "INFO: rcu detected stall in {f}", "",
     Where::pc, kAnywhere | kRepeats},
    {"kthread starved for", R"(^kthread starved for)", Kind::rcu_stall,
     "INFO: rcu detected stall in {f}", "", Where::pc, kAnywhere | kRepeats, Role::detail},
    {"kthread timer wakeup didn't happen", "", Kind::rcu_stall, "INFO: rcu detected stall in {f}",
     "", Where::pc, kAnywhere | kRepeats, Role::detail},
    // kernel/hung_task.c
    {"INFO: task ",
     R"(^INFO: task (.+):(\d*) (?:is )?blocked(?: in I/O wait)? for more(?: than \d* ?(?:seconds)?)?)",
     Kind::hung_task, "INFO: task hung in {f}", "", Where::trace, kAnywhere | kRepeats},
    {"blocked for more than", R"(^blocked for more than \d* ?sec)", Kind::hung_task,
     "INFO: task hung in {f}", "", Where::trace, kRepeats},
    {"can't die for more than", "", Kind::hung_task, "INFO: task can't die in {f}", "",
     Where::trace, kAnywhere | kRepeats},
    // kernel/workqueue.c, kernel/smp.c
    {"BUG: workqueue lockup", "", Kind::hang, "BUG: workqueue lockup", "", Where::none,
     kAnywhere | kNoTrace | kRepeats},
    {"csd: Detected non-responsive CSD lock", "", Kind::hang, "csd: non-responsive CSD lock", "",
     Where::none, kAnywhere | kNoTrace | kRepeats},
    {"csd: Continued non-responsive CSD lock", "", Kind::hang, "csd: non-responsive CSD lock", "",
     Where::none, kAnywhere | kNoTrace | kRepeats},
    // net/core/dev.c netdev_wait_allrefs_any()
    {"unregister_netdevice: waiting for", "", Kind::hang,
     "unregister_netdevice: waiting for DEV to become free", "", Where::none,
     kAnywhere | kNoTrace | kRepeats},
    // net/sched/sch_generic.c dev_watchdog(): with a WARNING until 6.4, a line only since
    {"NETDEV WATCHDOG: ", R"(^NETDEV WATCHDOG: .*transmit queue \d* ?timed out)", Kind::hang,
     "NETDEV WATCHDOG: transmit queue timed out", "", Where::none, kAnywhere | kNoTrace | kRepeats,
     Role::early},
};

}  // namespace

std::span<const Format> stall_formats() { return kFormats; }

}  // namespace triage
