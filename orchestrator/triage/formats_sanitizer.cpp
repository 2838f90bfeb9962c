// SPDX-License-Identifier: Apache-2.0
// KASAN, KMSAN, KCSAN, KFENCE, UBSAN and kmemleak.
#include "triage/format.h"

namespace triage {
namespace {

constexpr Format kFormats[] = {
    // mm/kasan/report.c: "BUG: KASAN: <type> in <func>", then "Read of size 8 at addr ..."
    {"BUG: KASAN:",
     R"(^BUG: KASAN: ([a-zA-Z -]+?) in(?: (?P<f>[\w.]+))?(?:\+0x| \(|$| [\w/.-]+$| at addr))",
     Kind::kasan, "KASAN: {1} {rw} in {f}", "KASAN: {1} {rw}", Where::header, kAnywhere | kBanner,
     Role::primary, "kasan"},
    {"BUG: KASAN:", R"(^BUG: KASAN: ([a-z-]+(?: or [a-z-]+)?))", Kind::kasan,
     "KASAN: {1} {rw} in {f}", "KASAN: {1} {rw}", Where::trace, kAnywhere | kBanner, Role::primary,
     "kasan"},
    {"BUG: KASAN", R"(^BUG: KASAN:?$)", Kind::kasan, "KASAN: bad access {rw} in {f}",
     "KASAN: bad access", Where::trace, kAnywhere | kBanner, Role::primary, "kasan"},
    {" of size ", R"(^ of size \d+ at addr [0-9a-f]* by task)", Kind::kasan, "KASAN: {rw} in {f}",
     "KASAN: {rw}", Where::trace, kBanner | kHeadLost, Role::detail, "kasan"},
    // before 4.5
    {"BUG: KASan:", R"(^BUG: KASan: ([a-z -]+?) (?:in|on)(?: (?P<f>[\w.]+))?\+)", Kind::kasan,
     "KASAN: {1} {rw} in {f}", "KASAN: {1} {rw}", Where::header, kAnywhere | kBanner, Role::primary,
     "kasan"},
    // mm/kmsan/report.c; arch-independent: frames follow the head at once
    {"BUG: KMSAN:", R"(^BUG: KMSAN: ([a-z -]+?) in(?: (?P<f>[\w.]+))?(?:\+0x| \(|$| [\w/.-]+$))",
     Kind::kmsan, "KMSAN: {1} in {f}", "", Where::header, kAnywhere | kDirect | kBanner},
    {"BUG: KMSAN:", R"(^BUG: KMSAN: ([a-z-]+))", Kind::kmsan, "KMSAN: {1} in {f}", "", Where::trace,
     kAnywhere | kDirect | kBanner},
    // kernel/kcsan/report.c
    {"BUG: KCSAN:",
     R"(^BUG: KCSAN: ([a-z: -]+?) in (?P<f>[\w.]+)(?:\+0x[0-9a-f]*/0x[0-9a-f]*)?(?: \[[\w-]+\])? / ([\w.]+))",
     Kind::kcsan, "KCSAN: {1} in {f} / {2}", "", Where::header,
     kAnywhere | kDirect | kBanner | kAsserting},
    {"BUG: KCSAN:", R"(^BUG: KCSAN: ([a-z: -]+?) in(?: (?P<f>[\w.]+))?(?:\+0x|$| \[))", Kind::kcsan,
     "KCSAN: {1} in {f}", "", Where::header, kAnywhere | kDirect | kBanner | kAsserting},
    {"BUG: KCSAN:", R"(^BUG: KCSAN: ([a-z: -]+)$)", Kind::kcsan, "KCSAN: {1} in {f}", "",
     Where::trace, kAnywhere | kDirect | kBanner},
    // mm/kfence/report.c
    {"BUG: KFENCE:", R"(^BUG: KFENCE: ([a-z -]+?) in(?: (?P<f>[\w.]+))?(?:\+0x| \(|$| [\w/.-]+$))",
     Kind::kfence, "KFENCE: {1} in {f}", "", Where::header, kAnywhere | kDirect | kBanner},
    {"BUG: KFENCE:", R"(^BUG: KFENCE: ([a-z-]+))", Kind::kfence, "KFENCE: {1} in {f}", "",
     Where::trace, kAnywhere | kDirect | kBanner},
    // lib/ubsan.c ubsan_prologue(); before 5.6 "Undefined behaviour in", which the next line says
    // the kind of; since then "<type> in file:line:column"
    {"UBSAN: Undefined behaviour in", R"(^UBSAN: Undefined behaviour in (?P<file>[\w/.+-]+))",
     Kind::ubsan, "UBSAN: {1} in {f}", "", Where::trace, kAnywhere | kBanner},
    {"UBSAN: ", R"(^UBSAN: ([a-z][a-z-]+) in(?: (?P<file>[\w/.+-]+)|$))", Kind::ubsan,
     "UBSAN: {1} in {f}", "", Where::trace, kAnywhere | kBanner},
    // arch/x86/kernel/traps.c since 6.14, lib/ubsan.c report_ubsan_failure()
    {"UBSAN: ", R"(^UBSAN: ([a-z][a-z ]+[a-z]): )", Kind::ubsan, "UBSAN: {1} in {f}", "", Where::pc,
     kAnywhere | kFatal},
    // mm/kmemleak.c: /sys/kernel/debug/kmemleak, and the line of the scanning thread
    {"unreferenced object 0x", "", Kind::memory_leak, "memory leak in {f}", "", Where::trace,
     kAnywhere | kDirect | kRepeats},
    {"unreferenced object (percpu) 0x", "", Kind::memory_leak, "memory leak in {f}", "",
     Where::trace, kAnywhere | kDirect | kRepeats},
    {"BUG: memory leak", "", Kind::memory_leak, "memory leak in {f}", "", Where::trace,
     kAnywhere | kDirect, Role::early},
    {"new suspected memory leaks", "", Kind::memory_leak, "kmemleak: new suspected memory leaks",
     "", Where::none, kNoTrace | kAnywhere | kRepeats, Role::early},
};

}  // namespace

std::span<const Format> sanitizer_formats() { return kFormats; }

}  // namespace triage
