// SPDX-License-Identifier: Apache-2.0
// Pages, counters of a dying mm, slab objects, memory running out.
#include "triage/format.h"

namespace triage {
namespace {

constexpr Format kFormats[] = {
    // mm/page_alloc.c bad_page(), mm/memory.c print_bad_pte(), mm/filemap.c
    {"messages suppressed", "", Kind::bad_page, "", "", Where::none, 0, Role::benign},
    {"BUG: Bad page state", R"(^BUG: Bad page state)", Kind::bad_page, "BUG: Bad page state in {f}",
     "", Where::trace, kAnywhere},
    {"BUG: Bad page map", R"(^BUG: Bad page map)", Kind::bad_page, "BUG: Bad page map in {f}", "",
     Where::trace, kAnywhere},
    {"BUG: Bad page cache", "", Kind::bad_page, "BUG: Bad page cache in {f}", "", Where::trace,
     kAnywhere},
    {"BUG: Bad p", R"(^BUG: Bad (pte|pmd|pud|p4d|pgd) in process)", Kind::bad_page,
     "BUG: Bad page map in {f}", "", Where::trace, kAnywhere},
    {"bad pmd ", R"(^bad pmd (?:\S*\(|[0-9a-f]{5,}\.))", Kind::bad_page, "bad pmd", "", Where::none,
     kNoTrace | kAnywhere | kRepeats},
    {"bad pgd ", R"(^bad pgd (?:\S*\(|[0-9a-f]{5,}\.))", Kind::bad_page, "bad pgd", "", Where::none,
     kNoTrace | kAnywhere | kRepeats},
    {"bad pud ", R"(^bad pud (?:\S*\(|[0-9a-f]{5,}\.))", Kind::bad_page, "bad pud", "", Where::none,
     kNoTrace | kAnywhere | kRepeats},
    // arch/x86/mm/init_64.c
    {"PAGETABLE BUG #", "", Kind::bad_page, "PAGETABLE BUG", "", Where::none,
     kNoTrace | kAnywhere | kRepeats},
    // mm/swapfile.c
    {"Bad swap file entry", R"(^Bad swap file entry [0-9a-f]*$)", Kind::bad_page,
     "Bad swap file entry", "", Where::none, kNoTrace | kAnywhere | kRepeats},
    {"Bad swap offset entry", R"(^Bad swap offset entry [0-9a-f]*$)", Kind::bad_page,
     "Bad swap offset entry", "", Where::none, kNoTrace | kAnywhere | kRepeats},
    {"Unused swap offset entry", R"(^Unused swap offset entry [0-9a-f]*$)", Kind::bad_page,
     "Unused swap offset entry", "", Where::none, kNoTrace | kAnywhere | kRepeats},
    // kernel/fork.c check_mm()
    {"BUG: Bad rss-counter state", "", Kind::bad_rss, "BUG: Bad rss-counter state", "", Where::none,
     kAnywhere | kNoTrace | kRepeats},
    {"BUG: non-zero ", R"(^BUG: non-zero (\w+) on freeing mm)", Kind::bad_rss,
     "BUG: non-zero {1} on freeing mm", "", Where::none, kAnywhere | kNoTrace | kRepeats},
    // lib/tests/slub_kunit.c
    {"BUG TestSlub_", "", Kind::corruption, "", "", Where::none, 0, Role::benign},
    // mm/slub.c slab_bug(): "BUG kmalloc-64 (Tainted: G    B): Poison overwritten"
    {"BUG ",
     R"(^BUG [\w.:()/-]+(?: \([^)]*\))?: (Poison overwritten|Left Redzone overwritten|Right Redzone overwritten|Redzone overwritten|Padding overwritten|Object already free|Object padding overwritten|Alloc Redzone overwritten|Freepointer corrupt|Freechain corrupt|Invalid object pointer|Wrong object count|Not a valid slab page|Objects remaining|Objects remaining in \S+ on __kmem_cache_shutdown\(\)|Slab page without|Page slab pointer corrupt|Freelist cycle detected|kmalloc Redzone overwritten|[A-Z][a-z]+[^:]{0,60}))",
     Kind::corruption, "BUG: slab corruption: {1} in {f}", "", Where::trace, 0, Role::primary,
     "slab"},
    {"BUG: mempool element poison mismatch", "", Kind::corruption,
     "BUG: mempool element poison mismatch in {f}", "", Where::trace, kAnywhere},
    {"Slab cache still has objects", "", Kind::corruption,
     "kmem_cache_destroy: Slab cache still has objects in {f}", "", Where::trace, kAnywhere,
     Role::early, "slab-objects"},
    {"slab error in", R"(^slab error in \w+\(\): cache)", Kind::corruption,
     "BUG: slab corruption in {f}", "", Where::trace, kAnywhere, Role::primary, "slab"},
    // fs/dcache.c, fs/super.c
    {"BUG: Dentry", R"(^BUG: Dentry .*still in use .*\[unmount of (\S+))", Kind::bug,
     "BUG: Dentry still in use [unmount of {1}]", "", Where::none, kNoTrace | kAnywhere | kRepeats},
    {"VFS: Busy inodes after unmount", "", Kind::bug, "VFS: Busy inodes after unmount", "",
     Where::none, kNoTrace | kAnywhere},
    {"Slab corruption", R"(^Slab corruption)", Kind::corruption, "BUG: slab corruption in {f}", "",
     Where::trace, kAnywhere, Role::primary, "slab"},
    {"pagealloc: memory corruption", "", Kind::corruption, "pagealloc: memory corruption in {f}",
     "", Where::trace, kAnywhere},
    {"pagealloc: single bit error", "", Kind::corruption, "pagealloc: single bit error in {f}", "",
     Where::trace, kAnywhere},
    {"cache_from_obj: Wrong slab cache", "", Kind::corruption,
     "cache_from_obj: Wrong slab cache in {f}", "", Where::trace, kAnywhere, Role::early, "slab"},
    // mm/memory-failure.c action_result(): memory that could not be put out of use
    {"recovery action for ", R"(^recovery action for ([a-z][\w -]+): Failed)", Kind::machine_check,
     "Memory failure: recovery action for {1}: Failed", "", Where::none,
     kNoTrace | kAnywhere | kRepeats},
    // mm/oom_kill.c: nothing left to kill ends in a panic of its own; {agent} is a process that
    // matters
    {"Killed process", R"(^Killed process \d* ?\(([^)]*)\))", Kind::oom,
     "Out of memory: Killed process {1}", "", Where::none, kAnywhere | kNoTrace, Role::primary,
     "oom-victim"},
    // mm/vmscan.c, fs/buffer.c and others that say BUG without a function fall to the last row of
    // system_formats()
};

}  // namespace

std::span<const Format> memory_formats() { return kFormats; }

}  // namespace triage
