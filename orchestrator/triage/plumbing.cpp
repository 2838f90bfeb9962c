// SPDX-License-Identifier: Apache-2.0
#include "triage/plumbing.h"

#include <algorithm>
#include <array>
#include <span>

namespace triage {
namespace {

// Names are compared without leading underscores. A '*' at the end makes a row a prefix.

// Printing, trapping, lock debugging.
// clang-format off
constexpr std::array kReporting = std::to_array<std::string_view>({
    // printers of reports
    "dump_stack*", "dump_trace", "show_stack*", "show_regs*", "show_trace*", "dump_backtrace*", "unwind_*",
    "walk_stackframe*", "arch_stack_walk*", "stack_trace_*", "save_stack*", "print_report*",
    "print_address_description*", "print_usage_bug*", "print_circular_bug*", "print_bad_irq*",
    "print_irq_inversion*", "print_unlock_imbalance*", "print_deadlock*", "print_lock_*",
    "print_freed_lock*", "print_cpu_stall*", "print_other_cpu_stall*", "print_kernel_ident",
    "print_bad_pte", "print_bad_page_map", "describe_*", "report_bug", "report_addr_bug",
    "report_cfi_failure*", "kasan_*", "asan_*", "hwasan_*", "kmsan_*", "msan_*", "kcsan_*",
    "tsan_*", "kfence_*", "ubsan_*", "sanitizer_*", "check_memory_region*", "check_region_inline",
    "check_bytes_and_report", "check_object", "check_slab", "slab_err", "slab_bug",
    "slab_pad_check", "object_err", "print_trailer", "print_section", "slab_fix", "init_object",
    "restore_bytes", "alloc_debug_processing", "free_debug_processing", "alloc_consistency_checks",
    "free_consistency_checks", "on_freelist", "validate_slab*", "check_kcov_mode", "printk*",
    "vprintk*",
    "dump_cpu_task", "dump_mem*", "dump_instr", "dump_kernel_instr", "show_backtrace*",
    "show_raw_backtrace", "show_registers", "show_pte", "show_code", "report_ubsan_failure",
    "handle_overflow", "handle_object_size_mismatch", "handle_misaligned_access",
    "handle_null_ptr_deref", "check_canary*", "for_each_canary", "rcu_guarded_free",
    "check_bogus_address", "check_kernel_text_object", "add_dma_entry", "active_cacheline_*",
    "this_cpu_preempt_check", "find_watchpoint", "consume_watchpoint",
    // assertions
    "vpanic", "report_bug_entry", "report_addr_bug_entry", "warn*", "panic*", "assfail", "asswarn", "assertfail", "btrfs_assertfail", "skb_over_panic",
    "skb_under_panic", "check_slab_allocation", "kernel_text_address*", "is_bpf_text_address*",
    "nmi_panic*", "bug_handler", "bug_brk_handler", "ubsan_handler",
    "call_break_hook", "call_el1_break_hook", "brk_handler", "handle_bug", "do_bug", "bad_page",
    "bad_page_map", "usercopy_abort", "usercopy_warn", "check_object_size*", "check_heap_object*",
    "skb_panic", "fortify_panic", "fortify_report", "stack_chk_fail", "check_panic_on_warn",
    "crash_kexec*", "machine_kexec*", "bad_range",
    // traps and faults
    "die", "die_*", "oops_*", "rewind_stack_*", "make_task_dead", "do_error_trap", "do_trap*",
    "do_invalid_op", "invalid_op", "exc_*", "asm_exc_*", "asm_sysvec*", "sysvec_*", "instr_sysvec*",
    "asm_common_interrupt", "common_interrupt*", "do_undefinstr", "do_und_*", "undef*",
    "do_mem_abort", "do_page_fault", "do_translation_fault", "do_bad_area*", "do_kernel_fault*",
    "do_kern_addr_fault", "do_user_addr_fault", "do_sea", "do_bad", "do_DataAbort", "dabt_svc",
    "pabt_svc", "und_svc*", "irq_svc", "do_PrefetchAbort", "do_alignment*", "do_tag_check_fault",
    "do_sp_pc_abort", "bad_area*", "bad_page_fault", "page_fault", "page_fault_oops",
    "handle_page_fault", "handle_mm_fault_oops", "no_context", "async_page_fault",
    "general_protection", "double_fault", "do_double_fault", "do_general_protection", "do_nmi",
    "nmi", "nmi_*", "end_repeat_nmi", "first_nmi", "asm_nmi*", "default_do_nmi", "error_entry",
    "paranoid_*", "fixup_*", "ex_handler*", "bad_kernel_stack*", "program_check*",
    "do_program_check", "exception_*", "unrecoverable_*", "data_access_*", "instruction_access_*",
    "hash__do_page_fault", "do_hash_fault", "ret_from_except*", "interrupt_return*",
    "interrupt_exit*", "fault_in_kernel_space", "pgm_check_handler", "do_protection_exception",
    "do_dat_exception", "monitor_event_exception", "handle_exception*", "do_trap_*", "handle_break",
    "do_bp", "handle_ri*", "tlb_do_page_fault*", "mce_*", "machine_check*", "handle_fault_error*",
    "kernelmode_fixup*", "die_kernel_fault", "el1*", "el0*", "el2*", "do_el0*", "do_serror",
    "arm64_serror_panic", "handle_bad_stack", "do_debug_exception", "do_el1*", "early_brk64",
    "do_sys_exit_bad", "do_exception", "trace_do_page_fault", "trace_page_fault",
    "do_async_page_fault", "do_fault_error", "do_no_context", "do_int3", "int3",
    "divide_error", "alignment_check", "stack_segment", "simd_coprocessor_error",
    "coprocessor_error", "math_error", "notify_debug", "handle_invalid_op", "retint_*",
    "error_exit", "error_sti", "save_paranoid", "fred_*", "asm_fred_*", "arm64_notify_die",
    "arm_notify_die", "bad_mode", "bad_el0_sync", "kernel_stack_overflow", "kernel_stack_invalid",
    "arm64_enter_*", "arm64_exit_*", "arm64_preempt_schedule_irq", "enter_from_kernel_mode",
    "enter_from_user_mode", "exit_to_kernel_mode*", "exit_to_user_mode*",
    "prepare_exit_to_user_mode", "DataAccess*", "DataTLB*", "DataStorage*", "InstructionAccess*",
    "InstructionTLB*", "alignment_exception", "handle_ade*", "handle_ale*", "handle_bp*",
    "handle_tr_int", "handle_fpe_int", "handle_ov_int", "handle_dbe*", "handle_ibe*",
    "handle_bce*", "handle_tlb*", "do_ri", "do_ov", "do_tr", "do_ade", "do_ale", "do_be", "do_bce",
    "do_fpe", "do_reserved", "do_mcheck",
    // lock debugging
    "lockdep_*", "lock_acquire", "lock_acquire_*", "lock_release*", "lock_is_held*",
    "lock_downgrade", "lock_set_class", "lock_contended", "lock_acquired", "lock_pin*",
    "lock_unpin*", "lock_repin*", "check_prev_add*", "check_prevs_add*", "check_noncircular",
    "check_deadlock", "check_irq_usage", "check_wait_context", "check_flags*", "validate_chain",
    "mark_lock*", "mark_usage", "mark_held*", "register_lock_class", "assign_lock_key",
    "look_up_lock_class", "find_held_lock", "bounce_lock*", "reacquire_held*",
    "debug_check_no_locks*", "debug_check_no_obj*", "rcu_lockdep*", "trace_hardirqs*",
    "trace_lock_*", "trace_preempt*", "debug_mutex_*", "debug_rt_mutex*", "spin_dump", "spin_bug",
    "rwlock_bug", "check_preemption_disabled", "debug_smp_processor_id", "might_resched",
    "might_sleep*", "cant_sleep*", "cant_migrate*", "schedule_bug", "might_alloc", "might_fault",
    "fs_reclaim_acquire", "fs_reclaim_release", "refcount_warn*", "debug_print_object",
    "debug_object_*", "debug_activate", "debug_deactivate",
    "debug_timer_*", "debug_hrtimer_*", "debug_work_*", "debug_rcu_head_*", "debug_check_*", "debug_objects_*", "debug_dma_*", "check_unmap",
    "check_sync", "check_for_stack", "check_for_illegal_area", "err_printk", "kmemleak_*",
    "stack_depot_*", "set_track*", "list_add_valid*", "list_del_entry_valid*", "list_valid_check*",
    "kobject_init_warn*", "work_is_static_object",
});
// clang-format on

// Where every path begins, and what runs the work of others.
// clang-format off
constexpr std::array kCore = std::to_array<std::string_view>({
    // watchdogs, stalls, timers, interrupts
    "rcu_print_task_stall*", "rcu_panic", "rcu_fwd_progress*", "softlockup_*", "hardlockup_*",
    "wd_lockup_ipi", "rcu_dump*", "rcu_sched_clock*", "rcu_check_callbacks*",
    "smp_trace_apic*", "trace_apic_timer*", "call_softirq", "sysret_*", "stub_clone", "stub_execve",
    "int_ret_from_sys_call", "rcu_pending", "rcu_check_gp*", "rcu_core*", "rcu_do_batch",
    "rcu_process_callbacks*", "rcu_stall*", "rcu_exp_*", "rcu_force*", "rcu_gp_*", "rcu_gpnum*",
    "rcu_nocb*", "rcu_cpu_kthread*", "check_cpu_stall*", "check_slow_task",
    "synchronize_rcu_expedited_wait*", "trigger_*", "watchdog*", "check_hung_*",
    "perf_event_overflow*", "perf_event_nmi*", "intel_pmu_handle*", "update_process_times",
    "tick_*", "hrtimer_*", "timer_recalc*", "get_next_timer*", "next_timer*", "collect_expired*",
    "forward_timer*", "run_timer*", "run_hrtimer*", "call_timer_fn", "expire_timers",
    "timer_interrupt*", "local_apic_timer*", "smp_apic_timer*", "apic_timer*",
    "arch_timer_handler*", "clockevents_*", "decrementer*", "irq_exit*", "irq_enter*", "irqentry_*",
    "handle_irq*", "handle_softirqs", "do_softirq*", "softirq_*", "do_IRQ*", "do_irq*",
    "call_do_irq", "hardware_interrupt*", "invoke_softirq", "run_ksoftirqd", "generic_handle_*",
    "handle_domain_irq", "handle_percpu*", "handle_edge_irq", "handle_level_irq", "handle_fasteoi*",
    "gic_handle*", "gic_irq*", "call_on_irq_stack", "call_on_stack", "do_interrupt_handler",
    "reschedule_interrupt", "scheduler_ipi", "flush_smp_call*", "generic_smp_call*",
    "smp_call_function_single_interrupt", "call_function*", "multi_cpu_stop", "cpu_stopper_thread",
    "ipi_handler*", "do_handle_IPI*", "handle_IPI", "ipi_cpu_backtrace", "bust_spinlocks",
    "csd_lock_record", "sched_show_task", "show_state_filter", "arch_trigger_*",
    "nmi_cpu_backtrace*", "raise_nmi", "x2apic_send*", "native_send_*", "native_apic*", "hv_apic*",
    "crash_smp_send_stop", "io_int_handler", "ext_int_handler", "do_ext_irq", "do_ext_interrupt",
    "do_io_irq", "do_irq_async", "riscv_intc_irq*", "plic_handle_irq", "riscv_timer_interrupt",
    "except_vec*", "handle_int", "rollback_handle_int", "handle_vint", "do_vint",
    "handle_loongarch_irq", "handle_cpu_irq", "plat_irq_dispatch", "irq_svc*", "irq_usr*",
    "ftrace_*", "perf_trace*", "perf_swevent*", "perf_tp*", "trace_event_*", "bpf_trace_run*",
    "arch_ftrace*", "kprobe_*", "kretprobe*",
    // idle
    "default_idle*", "arch_cpu_idle*", "native_halt", "native_safe_halt", "pv_native_safe_halt",
    "arch_safe_halt", "acpi_safe_halt", "acpi_idle*", "acpi_processor_ffh*", "mwait_idle*",
    "intel_idle*", "cpuidle*", "call_cpuidle", "do_idle", "cpu_idle*", "cpu_startup_entry",
    "cpu_do_idle", "poll_idle", "snooze_loop", "nap_loop", "dedicated_cede*", "shared_cede*",
    "pseries_lpar_idle", "power7_idle*", "power9_idle*", "check_and_cede*", "plpar_hcall*",
    "xen_safe_halt", "tdx_halt", "tdx_safe_halt", "amd_e400_idle", "psw_idle*",
    "wait_for_interrupt", "enabled_wait", "r4k_wait*",
    // system call entry and thread starts
    "entry_*", "do_syscall*", "syscall_*", "x64_sys_call", "ia32_sys_call", "invoke_syscall*",
    "system_call*", "do_fast_syscall*", "do_int80*", "do_SYSENTER*", "do_trap_ecall_u",
    "ret_from_*", "ret_to_*", "ret_fast_syscall", "sysc_*", "handle_sys*", "kthread",
    "kthread_worker_fn", "kernel_thread*", "kernel_init*", "smpboot_thread_fn", "process_one_work",
    "worker_thread", "process_scheduled_works", "start_kernel", "rest_init", "start_secondary*",
    "secondary_start*", "x86_64_start*", "start_here*", "start_thread*", "common_startup*",
    "primary_switch*", "do_one_initcall*", "do_initcall*", "do_basic_setup", "secondary_switched",
    "cpu_bringup*", "sysenter_*", "restore_all*", "tracesys*", "vector_swi",
});
// clang-format on

// Scheduling, locks, waiting.
// clang-format off
constexpr std::array kWaiting = std::to_array<std::string_view>({
    "schedule*", "io_schedule*", "preempt_schedule*", "context_switch", "switch_to*",
    "cond_resched*", "mutex_*", "ww_mutex_*", "rt_mutex_*", "rtmutex_*", "rtlock_*", "rt_spin_*",
    "rt_read*", "rt_write*", "down", "down_*", "up", "up_read*", "up_write*", "rwsem_*", "call_rwsem_*", "sleep_on_*", "rwbase_*",
    "percpu_down*", "percpu_up*", "percpu_rwsem*", "spin_*", "raw_spin_*", "raw_read_*",
    "raw_write_*", "raw_callee_save*", "queued_spin_*", "native_queued_*", "pv_queued_*",
    "pv_wait*", "kvm_wait", "queued_read*", "queued_write*", "do_raw_*", "raw_*_lock", "read_lock*",
    "read_unlock*", "write_lock*", "write_unlock*", "read_seq*", "write_seq*", "seqcount_*",
    "local_lock*", "local_bh_*", "bh_lock*", "wait_*", "bit_wait*", "bit_spin*",
    "out_of_line_wait*", "prepare_to_wait*", "prepare_to_swait*", "finish_swait", "finish_wait", "finish_task_switch*", "do_wait_*",
    "do_wait_for_common", "wake_up*", "try_to_wake_up", "autoremove_wake*", "default_wake*",
    "complete", "complete_all", "completion_*", "swake_*", "folio_wait_*", "folio_lock",
    "lock_page", "lock_folio*", "filemap_wait*", "filemap_fdatawait*", "rcu_read_lock*", "rcu_read_unlock*", "rcu_lock_*",
    "rcu_barrier*", "synchronize_rcu*", "synchronize_srcu*", "srcu_read*", "synchronize_net",
    "synchronize_sched", "exp_funnel*", "rtnl_lock*", "rtnl_unlock", "flush_work", "flush_work_*",
    "flush_workqueue*", "flush_delayed*", "drain_workqueue", "cancel_work*", "cancel_delayed*",
    "msleep*", "usleep*", "nanosleep*", "delay*", "udelay*", "ndelay*", "const_udelay",
    "timer_delete*", "del_timer*", "do_nanosleep", "csd_lock*", "smp_call_function*",
    "on_each_cpu*", "stop_machine*", "stop_one_cpu", "stop_two_cpus", "osq_lock", "osq_wait*",
    "mcs_spin*", "lock_timer_base", "lock_task_sighand", "irq_work_*", "arch_local_irq*",
    "native_irq*", "native_restore*", "native_save*", "preempt_count*", "lock", "unlock", "class_*",
    "trylock*", "cpus_read_lock", "cpus_write_lock", "jbd2_log_wait*", "freezable_*",
    "try_to_freeze*", "refrigerator", "get_signal_freeze*", "task_rq_lock", "rq_lock*",
    "console_lock*",
});
// clang-format on

// Copies, strings, allocators, counters, lists: whoever called them is to blame.
// clang-format off
constexpr std::array kHelper = std::to_array<std::string_view>({
    "mmiocpy", "mmioset", "arm_copy_*", "arm_clear_user*", "asm_copy_*",
    "asm_vector_usercopy", "fallback_scalar_usercopy*", "csum_partial*", "memcpy*", "memset*", "memmove*", "memcmp*", "memchr*", "memscan*", "bcmp", "strlen*",
    "strnlen*", "strcmp*", "strncmp*", "strcpy*", "strncpy*", "strscpy*", "strlcpy*", "strcat*",
    "strlcat*", "strncat*", "strchr*", "strrchr*", "strstr*", "strnstr*", "strsep", "strspn",
    "strcasecmp*", "strncasecmp*", "sized_strscpy*", "pi_mem*", "pi_str*", "real_strnlen",
    "rep_movs*", "rep_stos*", "copy_to_user*", "copy_from_user*", "copy_user*", "copy_in_user",
    "copy_page*", "copy_highpage*", "clear_page*", "clear_user*", "clear_highpage*",
    "clear_huge_page*", "arch_copy_*", "arch_clear_*", "raw_copy_*", "copy_mc_*",
    "copy_tofrom_user*", "put_user*", "get_user_1", "get_user_2", "get_user_4", "get_user_8",
    "get_user_nocheck*", "get_user_asm*", "user_access*", "copy_to_kernel_nofault*",
    "copy_from_kernel_nofault*", "strncpy_from_user*", "strnlen_user", "instrument_*", "fault_in_*",
    "list_add*", "list_del*", "list_move*", "list_replace*", "list_splice*", "list_cut*",
    "list_empty*", "hlist_*", "plist_*", "llist_*", "klist_*", "kmalloc*", "do_kmalloc*",
    "kzalloc*", "kcalloc*", "kvmalloc*", "kvzalloc*", "kvcalloc*", "kvfree*", "kfree*",
    "kmem_cache*", "krealloc*", "kvrealloc*", "kmemdup*", "kstrdup*", "kstrndup*", "kasprintf*",
    "kvasprintf*", "memdup_*", "strndup_user", "vmemdup*", "slab_*", "slub_*", "do_slab_free",
    "cache_free*", "cache_alloc*", "alloc_slab*", "allocate_slab*", "new_slab*", "discard_slab*",
    "free_slab*", "put_cpu_partial", "unfreeze_partials", "alloc_pages*", "alloc_page",
    "alloc_frozen*", "alloc_from_pcs", "get_free_page*", "get_zeroed_page*", "free_pages*",
    "free_page", "free_page_is_bad", "free_unref*", "free_frozen*", "free_pcp*", "free_one_page",
    "free_tail_page*", "free_hot_cold*", "get_page_from_freelist", "rmqueue*", "prep_new_page",
    "post_alloc_hook", "check_new_page*", "free_large_kmalloc", "page_frag_*", "vmalloc*",
    "vzalloc*", "vfree*", "sheaf_*", "pcs_*", "barn_*", "mempool_alloc*", "mempool_free*",
    "devm_k*", "pcpu_alloc*", "alloc_percpu*", "free_percpu*", "atomic*", "arch_atomic*", "raw_atomic*", "test_bit*", "set_bit*", "clear_bit*",
    "change_bit*", "test_and_*", "arch_test*", "arch_set_bit*", "arch_clear_bit*", "find_first_*",
    "find_next_*", "find_last_bit", "xchg*", "cmpxchg*", "refcount_*", "kref_*", "check_copy_size", "folio_put*", "put_page",
    "skb_put", "skb_push", "add_wait_queue*", "remove_wait_queue", "read_once*",
    "write_once*", "read_word_at_a_time", "string", "string_nocheck", "format_decode", "pointer",
    "number", "vsnprintf*", "snprintf*", "vscnprintf*", "scnprintf*", "sprintf*", "vsprintf*",
    "ref_tracker_*", "debug_locks_off*", "check_stack_object", "percpu_ref_get*", "percpu_ref_put*",
    "percpu_ref_tryget*", "x86_indirect_thunk*", "x86_return_thunk*", "srso_*", "retbleed_*",
});
// clang-format on

// Functions that hold the WARN() or BUG() of others.
// clang-format off
constexpr std::array kMessengers = std::to_array<std::string_view>({
    "warn*", "panic*", "report_*", "bug_*", "dump_stack*", "refcount_warn*", "usercopy_*",
    "check_heap_object*", "check_object_size*", "list_add_valid*", "list_del_entry_valid*",
    "list_valid_check*", "debug_print_object", "debug_object_*", "assfail", "asswarn", "assertfail",
    "btrfs_assertfail", "skb_panic", "skb_over_panic", "skb_under_panic", "fortify_*", "might_sleep*",
    "might_resched", "kasan_*", "kmsan_*", "kfence_*", "ubsan_*", "kcsan_*", "lockdep_*", "err_printk",
    "check_unmap", "check_sync", "kobject_init_warn*", "slab_err", "object_err", "stack_chk_fail",
    "spin_bug", "spin_dump", "rwlock_bug", "schedule_bug", "schedule_debug", "cache_from_obj",
    "bad_page*", "print_*", "die*", "handle_bug", "exc_invalid_op", "do_invalid_op",
});
// clang-format on

bool listed(std::span<const std::string_view> table, std::string_view name) {
  return std::ranges::any_of(table, [name](std::string_view row) {
    if (row.ends_with('*')) return name.starts_with(row.substr(0, row.size() - 1));
    return name == row;
  });
}

// Rust's panic() on its way to BUG(): rust/kernel/lib.rs, rust/helpers/bug.c; names are mangled.
bool rust_panic(std::string_view name) {
  return name.starts_with("rust_helper_BUG") || name.find("rust_begin_unwind") != name.npos ||
         (name.starts_with("R") && name.find("4core9panicking") != name.npos);
}

}  // namespace

Plumbing plumbing_of(std::string_view name) {
  while (!name.empty() && name[0] == '_') name.remove_prefix(1);
  if (name.empty()) return Plumbing::reporting;
  if (listed(kReporting, name) || rust_panic(name)) return Plumbing::reporting;
  if (listed(kCore, name)) return Plumbing::core;
  if (listed(kWaiting, name)) return Plumbing::waiting;
  if (listed(kHelper, name)) return Plumbing::helper;
  return Plumbing::none;
}

bool is_interrupt_entry(std::string_view name) {
  static constexpr auto kEntries = std::to_array<std::string_view>(
      {"asm_sysvec*", "asm_common_interrupt", "common_interrupt", "apic_timer_interrupt",
       "el1h_64_irq", "el1_irq", "irq_svc", "hardware_interrupt_common*", "decrementer_common*",
       "doorbell_super_common*", "ext_int_handler", "io_int_handler"});
  while (!name.empty() && name[0] == '_') name.remove_prefix(1);
  return listed(kEntries, name);
}

bool is_messenger(std::string_view name) {
  while (!name.empty() && name[0] == '_') name.remove_prefix(1);
  return name.empty() || listed(kMessengers, name) || rust_panic(name);
}

}  // namespace triage
