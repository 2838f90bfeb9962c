// SPDX-License-Identifier: Apache-2.0
// BUG(), WARN() and what library code says before it calls them.
#include "triage/format.h"

namespace triage {
namespace {

constexpr Format kFormats[] = {
    // lib/bug.c, include/linux/list.h users: lib/list_debug.c, lib/plist.c
    {"list_add corruption", R"(^list_add corruption)", Kind::corruption,
     "BUG: corrupted list in {f}", "", Where::trace, kAnywhere, Role::early, "list"},
    {"list_del corruption", R"(^list_del corruption)", Kind::corruption,
     "BUG: corrupted list in {f}", "", Where::trace, kAnywhere, Role::early, "list"},
    // mm/usercopy.c usercopy_abort()
    {"Kernel memory exposure attempt", "", Kind::corruption, "BUG: bad usercopy in {f}", "",
     Where::trace, kAnywhere, Role::early, "usercopy"},
    {"Kernel memory overwrite attempt", "", Kind::corruption, "BUG: bad usercopy in {f}", "",
     Where::trace, kAnywhere, Role::early, "usercopy"},
    // lib/refcount.c; the line stands before or after the WARNING line, by kernel version
    {"refcount_t: ",
     R"(^refcount_t: (?:addition on 0|underflow|saturated|decrement hit 0|increment on 0))",
     Kind::corruption, "WARNING: refcount bug in {f}", "", Where::trace, kAnywhere, Role::early,
     "refcount"},
    // lib/debugobjects.c debug_print_object()
    {"ODEBUG: ",
     R"(^ODEBUG: (?:free|activate|init|assert_init|deactivate|destroy|\S+) (?:active|not available|destroyed|initialized|inactive|none|\S+) \(active)",
     Kind::corruption, "WARNING: ODEBUG bug in {f}", "", Where::trace, kAnywhere, Role::early,
     "odebug"},
    // lib/string_helpers.c fortify_panic()
    {"detected buffer overflow in", R"(^detected buffer overflow in \w+)", Kind::corruption,
     "detected buffer overflow in {f}", "", Where::trace, kAnywhere, Role::early, "fortify"},
    {"detected buffer overflow:", R"(^detected buffer overflow: \d+ byte (?:read|write) of)",
     Kind::corruption, "detected buffer overflow in {f}", "", Where::trace, kAnywhere, Role::early,
     "fortify"},
    // lib/kobject.c kobject_init()
    {"tried to init an initialized object", "", Kind::warning, "WARNING: kobject bug in {f}", "",
     Where::trace, kAnywhere},
    // fs/sysfs/dir.c sysfs_warn_dup(): a line and a trace since 4.15, a WARNING before
    {"sysfs: cannot create duplicate filename", "", Kind::warning,
     "sysfs: cannot create duplicate filename in {f}", "", Where::trace, kAnywhere, Role::early,
     "sysfs-duplicate",
     "sysfs_ kobject_ kset_ __kobject device_add device_register device_create "
     "internal_create_group "
     "create_dir create_files driver_ bus_add_ class_"},
    // kernel/irq/spurious.c __report_bad_irq()
    {": nobody cared", R"(^: nobody cared(?: \(|$))", Kind::warning, "irq NUM: nobody cared", "",
     Where::none, kAnywhere | kRepeats},
    // arch/x86/mm/extable.c ex_handler_msr(); "unchecked " until 7.2
    {"MSR access error: ", R"(^MSR access error: (RDMSR from|WRMSR to) (0x[0-9a-f]*))",
     Kind::warning, "unchecked MSR access error: {1} {2} in {f}",
     "unchecked MSR access error: {1} {2}", Where::trace, kAnywhere | kRepeats, Role::primary,
     "msr",
     "native_write_msr native_read_msr native_wrmsr native_rdmsr do_trace_ __rdmsr __wrmsr rdmsr "
     "wrmsr "
     "paravirt_ pv_ xen_write_msr xen_read_msr"},
    // net/core/dev.c netdev_rx_csum_fault()
    {": hw csum failure", R"(^: hw csum failure)", Kind::warning, "hw csum failure", "",
     Where::none, kAnywhere | kRepeats},
    // lib/test_xarray.c, lib/test_maple_tree.c, lib/maple_tree.c MT_BUG_ON(), fs/jfs/jfs_debug.h
    {"BUG at ", R"(^BUG at (?P<f>[a-z_]\w+):\d+(?: \(\d+\))?$)", Kind::bug, "BUG at {f}", "",
     Where::header, kAsserting},
    {"BUG at ", R"(^BUG at (?P<file>[\w/.+-]+\.[ch]):\d+ assert\()", Kind::bug, "kernel BUG in {f}",
     "", Where::pc, kAsserting, Role::early},
    {"memcpy: detected field-spanning write", "", Kind::warning,
     "memcpy: detected field-spanning write in {f}", "", Where::trace, kAnywhere, Role::early,
     "fortify"},
    // net/core/skbuff.c skb_panic()
    {"skb_over_panic:", "", Kind::bug, "kernel BUG in {f}", "", Where::trace, kAnywhere,
     Role::early},
    {"skb_under_panic:", "", Kind::bug, "kernel BUG in {f}", "", Where::trace, kAnywhere,
     Role::early},
    // include/asm-generic/bug.h BUG(), lib/bug.c report_bug(); mips and s390 say "Kernel BUG at"
    {"ernel BUG at", R"(^ernel BUG at (?:\[.*\] )?(?P<file>[\w/.+-]+):?\d*!?(?:$|\s*$))", Kind::bug,
     "kernel BUG in {f}", "kernel BUG at {file}", Where::pc, kFatal | kAnywhere | kAsserting,
     Role::primary},
    {"ernel BUG at", R"(^ernel BUG at (?:(?P<file>[\w/.+-]+\.[chS]))?)", Kind::bug,
     "kernel BUG in {f}", "kernel BUG", Where::pc, kFatal | kAnywhere | kAsserting, Role::primary},
    // arch/alpha/kernel/traps.c do_entIF()
    {"Kernel bug at ", R"(^Kernel bug at (?P<file>[\w/.+-]+\.[chS]):\d*$)", Kind::bug,
     "kernel BUG in {f}", "kernel BUG at {file}", Where::pc, kFatal | kAnywhere | kAsserting},
    {"BUG: failure at", R"(^BUG: failure at (?P<file>[\w/.+-]+):?\d*/(?P<f>\w+)\(\)!)", Kind::bug,
     "kernel BUG in {f}", "", Where::header, kFatal | kAnywhere | kAsserting, Role::primary},
    // kernel/panic.c __warn(): to 6.17 "CPU: 0 PID: 1 at file:line func+off", then "file:line at
    // func+off, CPU#0: comm/pid"
    {"WARNING: CPU:",
     R"(^WARNING: CPU: ?\d* PID: ?\d*(?: at (?:(?P<file>[\w/.+-]+\.[chSr]\w?):\d*)?(?: ?(?P<f>[\w.]+)(?:\+0x| \())?)?)",
     Kind::warning, "WARNING in {f}", "WARNING at {file}", Where::header, kAnywhere | kAsserting},
    {"WARNING: ",
     R"(^WARNING: (?:\[.*\] )?(?:(?P<file>[\w/.+-]+/[\w.+-]+\.[chSr]\w?):\d* )?at (?P<f>[\w.]+)\+0x[0-9a-f]*/0x[0-9a-f]*(?: \[[^\]]*\])?,? CPU)",
     Kind::warning, "WARNING in {f}", "", Where::header, kAnywhere | kAsserting},
    {"WARNING: ",
     R"(^WARNING: (?:\[.*\] )?(?P<file>[\w/.+-]+/[\w.+-]+\.[chSr]\w?):\d*(?: at(?: (?P<f>[\w.]+)(?:\+0x| \())?)?(?:$|.*CPU|.*\+0x))",
     Kind::warning, "WARNING in {f}", "WARNING at {file}", Where::header, kAsserting},
    // kernel/panic.c before 3.11: "WARNING: at mm/x.c:12 foo+0x1/0x2()"
    {"WARNING: at ", R"(^WARNING: at (?P<file>[\w/.+-]+\.[chS]):\d*(?: (?P<f>[\w.]+)\+)?)",
     Kind::warning, "WARNING in {f}", "WARNING at {file}", Where::header, kAnywhere | kAsserting},
    // lib/bug.c before 2.6.33 where BUG() traps, as on powerpc; "BUG: warning at" before 2.6.19
    {"Badness at ", R"(^Badness at (?P<file>[\w/.+-]+\.[chS]):\d*)", Kind::warning,
     "WARNING in {f}", "WARNING at {file}", Where::pc, kAnywhere | kAsserting},
    {"BUG: warning at ", R"(^BUG: warning at (?P<file>[\w/.+-]+\.[chS]):\d*/(?P<f>\w+)\(\))",
     Kind::warning, "WARNING in {f}", "WARNING at {file}", Where::header, kAnywhere | kAsserting},
    // arch/x86/kernel/unwind_frame.c, dumpstack_*.c
    {"WARNING: kernel stack regs", "", Kind::warning, "WARNING: kernel stack regs has bad value",
     "", Where::none, kNoTrace | kAnywhere},
    {"WARNING: kernel stack frame pointer", "", Kind::warning,
     "WARNING: kernel stack frame pointer has bad value", "", Where::none, kNoTrace | kAnywhere},
    {"WARNING: stack recursion on", "", Kind::warning, "WARNING: stack recursion", "", Where::none,
     kNoTrace | kAnywhere},
    // where a report starts, and how 32-bit arm and a panic write it
    {"[ cut here ]", "", Kind::warning, "", "", Where::none, 0, Role::silent},
    {"8<--- cut here ---", "", Kind::warning, "", "", Where::none, 0, Role::silent},
    {"8<- cut here", "", Kind::warning, "", "", Where::none, 0, Role::silent},
    // mm/debug.c dump_page(): says why a BUG or WARNING follows; alone it is only information
    {"page dumped because:", "", Kind::bug, "", "", Where::none, 0, Role::silent},
    {"page:", R"(^page: ?(?:[0-9a-f]+ )?refcount:)", Kind::bug, "", "", Where::none, 0,
     Role::silent},
};

constexpr Refinement kRefinements[] = {
    {"lib/refcount.c", "WARNING: refcount bug in {f}", "", Kind::corruption},
    {"lib/debugobjects.c", "WARNING: ODEBUG bug in {f}", "", Kind::corruption},
    {"lib/list_debug.c", "BUG: corrupted list in {f}", "BUG: corrupted list in {f}",
     Kind::corruption},
    {"lib/kobject.c", "WARNING: kobject bug in {f}", "", Kind::warning},
    {"mm/usercopy.c", "WARNING: bad usercopy in {f}", "BUG: bad usercopy in {f}", Kind::corruption},
    {"kernel/locking/lockdep.c", "WARNING: locking bug in {f}", "", Kind::lockdep},
    {"lib/dma-debug.c", "WARNING: DMA-API bug in {f}", "", Kind::warning},  // before 4.19
    {"kernel/dma/debug.c", "WARNING: DMA-API bug in {f}", "", Kind::warning},
    // who asked for too much
    {"mm/slab_common.c", "WARNING: kmalloc bug in {f}", "", Kind::warning, "kmalloc_slab"},
    {"mm/util.c", "WARNING: kmalloc bug in {f}", "", Kind::warning, "kvmalloc"},
    {"mm/slub.c", "WARNING: kmalloc bug in {f}", "", Kind::warning, "kvmalloc"},
    {"lib/string_helpers.c", "detected buffer overflow in {f}", "detected buffer overflow in {f}",
     Kind::corruption},
    {"lib/string.c", "detected buffer overflow in {f}", "detected buffer overflow in {f}",
     Kind::corruption},
};

}  // namespace

std::span<const Format> assert_formats() { return kFormats; }
std::span<const Refinement> refinements() { return kRefinements; }

}  // namespace triage
