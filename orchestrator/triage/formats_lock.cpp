// SPDX-License-Identifier: Apache-2.0
// Lock debugging (kernel/locking/lockdep.c and relatives) and sleeping where it is forbidden.
// Until 4.10 lockdep wrote "[ INFO: ... ]" where it now writes "WARNING: ...": the anchors leave
// that word out.
#include "triage/format.h"

namespace triage {
namespace {

constexpr unsigned kLock = kTraceAfter;

constexpr Format kFormats[] = {
    {"possible circular locking", R"(^possible circular locking(?: dependency|$))", Kind::lockdep,
     "possible deadlock in {f}", "", Where::lock, kLock, Role::primary, "deadlock"},
    {"possible recursive locking", R"(^possible recursive locking(?: detected|$))", Kind::lockdep,
     "possible deadlock in {f}", "", Where::lock, kLock, Role::primary, "deadlock"},
    {"possible irq lock inversion", R"(^possible irq lock inversion(?: dependency|$))",
     Kind::lockdep, "possible deadlock in {f}", "", Where::lock, kLock, Role::primary, "deadlock"},
    {"-safe -> ", R"(^-safe -> \S+-unsafe lock order)", Kind::lockdep, "possible deadlock in {f}",
     "", Where::lock, kLock | kAnywhere, Role::primary, "deadlock"},
    {"is trying to acquire lock:", R"(^is trying to acquire lock:$)", Kind::lockdep,
     "possible deadlock in {f}", "", Where::lock, kLock | kHeadLost, Role::detail, "deadlock"},
    {"inconsistent lock state", R"(^inconsistent lock state)", Kind::lockdep,
     "inconsistent lock state in {f}", "", Where::lock, kLock, Role::primary, "lock-state"},
    {"bad unlock balance", R"(^bad unlock balance(?: detected|$))", Kind::lockdep,
     "WARNING: bad unlock balance in {f}", "", Where::lock, kLock, Role::primary, "lock-balance"},
    {"held lock freed!", "", Kind::lockdep, "WARNING: held lock freed in {f}", "", Where::trace,
     kLock, Role::primary, "lock-freed"},
    {"suspicious RCU usage", R"(^suspicious RCU usage)", Kind::lockdep,
     "WARNING: suspicious RCU usage in {f}", "", Where::trace, kLock, Role::primary, "rcu-usage"},
    {"suspicious rcu_dereference_check() usage", "", Kind::lockdep,
     "WARNING: suspicious RCU usage in {f}", "", Where::trace, kLock | kAnywhere, Role::detail,
     "rcu-usage"},
    {"lock held when returning to user space", "", Kind::lockdep,
     "WARNING: lock held when returning to user space in {f}", "", Where::lock, kNoTrace,
     Role::primary, "lock-kept"},
    {"still has locks held", R"(^still has locks held)", Kind::lockdep,
     "WARNING: still has locks held in {f}", "", Where::lock, kLock, Role::primary, "lock-kept"},
    {"still has locks held", "", Kind::lockdep, "WARNING: still has locks held in {f}", "",
     Where::lock, kLock | kAnywhere, Role::primary, "lock-kept"},
    {"nested lock was not taken", "", Kind::lockdep, "WARNING: nested lock was not taken in {f}",
     "", Where::lock, kLock, Role::primary, "lock-nested"},
    {"Nested lock was not taken", "", Kind::lockdep, "WARNING: nested lock was not taken in {f}",
     "", Where::lock, kLock, Role::primary, "lock-nested"},
    {"bad contention detected", "", Kind::lockdep, "WARNING: bad contention in {f}", "",
     Where::lock, kLock},
    {"chain_key collision", "", Kind::lockdep, "WARNING: chain_key collision", "", Where::none,
     kNoTrace},
    {"Invalid wait context", R"(^Invalid wait context)", Kind::lockdep,
     "BUG: Invalid wait context in {f}", "", Where::lock, kLock, Role::primary, "wait-context"},
    {"INFO: trying to register non-static key", "", Kind::lockdep,
     "INFO: trying to register non-static key in {f}", "", Where::trace, kAnywhere, Role::primary,
     "lock-key"},
    {"BUG: looking up invalid subclass", "", Kind::lockdep,
     "BUG: looking up invalid subclass in {f}", "", Where::trace, kAnywhere},
    {"BUG: key ", R"(^BUG: key \S* ?has not been registered)", Kind::lockdep,
     "BUG: key has not been registered in {f}", "", Where::trace, kAnywhere},
    {"BUG: MAX_", R"(^BUG: (MAX_[A-Z_]+) too low)", Kind::lockdep, "BUG: {1} too low!", "",
     Where::none, kNoTrace | kAnywhere},
    // lib/locking-selftest.c
    {"BUG: ", R"(^BUG: +\d+ unexpected failures \(out of)", Kind::lockdep,
     "BUG: unexpected failures of the locking self-test", "", Where::none, kNoTrace},
    {"BUG: bad unlock balance", "", Kind::lockdep, "WARNING: bad unlock balance in {f}", "",
     Where::lock, kLock, Role::primary, "lock-balance"},
    // kernel/locking/spinlock_debug.c
    {"BUG: spinlock ", R"(^BUG: spinlock ([a-zA-Z ]+?) on CPU)", Kind::lockdep,
     "BUG: spinlock {1} in {f}", "", Where::trace, kAnywhere, Role::primary, "spinlock"},
    {"BUG: rwlock ", R"(^BUG: rwlock ([a-zA-Z -]+?) on CPU)", Kind::lockdep,
     "BUG: rwlock {1} in {f}", "", Where::trace, kAnywhere, Role::primary, "rwlock"},
    // kernel/sched/core.c
    {"BUG: sleeping function called", "", Kind::atomic,
     "BUG: sleeping function called from invalid context in {f}", "", Where::trace, kAnywhere},
    {"in_atomic(): ", R"(^in_atomic\(\): \d, irqs_disabled\(\): )", Kind::atomic,
     "BUG: sleeping function called from invalid context in {f}", "", Where::trace, kHeadLost,
     Role::detail},
    {"BUG: scheduling while atomic", "", Kind::atomic, "BUG: scheduling while atomic in {f}", "",
     Where::trace, kAnywhere, Role::primary, "schedule"},
    {"BUG: scheduling in a non-blocking", "", Kind::atomic,
     "BUG: scheduling in a non-blocking section in {f}", "", Where::trace, kAnywhere, Role::primary,
     "schedule"},
    {"BUG: assuming ", R"(^BUG: assuming (atomic|non migratable) context at (?P<file>[\w/.+-]+))",
     Kind::atomic, "BUG: assuming {1} context in {f}", "", Where::trace, kAnywhere, Role::primary,
     "assumed-context"},
    {"bad: scheduling from the idle thread", "", Kind::atomic,
     "BUG: scheduling from the idle thread in {f}", "", Where::trace, kAnywhere, Role::primary,
     "schedule"},
    {"Voluntary context switch within RCU", "", Kind::lockdep,
     "WARNING: voluntary context switch within RCU read-side critical section in {f}", "",
     Where::trace, kAnywhere, Role::primary, "rcu-usage"},
    // lib/smp_processor_id.c
    {"BUG: using ", R"(^BUG: using ([\w]+)\(\) in preemptible)", Kind::atomic,
     "BUG: using {1}() in preemptible code in {f}", "", Where::trace, kAnywhere, Role::primary,
     "preemptible"},
    // kernel/workqueue.c
    {"BUG: workqueue leaked", R"(^BUG: workqueue leaked (atomic, lock or RCU|lock or atomic))",
     Kind::atomic, "BUG: workqueue leaked {1}", "", Where::none, kAnywhere},
};

}  // namespace

std::span<const Format> lock_formats() { return kFormats; }

}  // namespace triage
