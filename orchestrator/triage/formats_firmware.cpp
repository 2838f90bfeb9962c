// SPDX-License-Identifier: Apache-2.0
// What speaks before the kernel or in its place: boot loaders, firmware, decompressors, and the
// emergency shells of an initramfs that found no root.
#include "triage/format.h"

namespace triage {
namespace {

constexpr unsigned kPlain = kNoTrace | kAnywhere;

constexpr Format kFormats[] = {
    // SLOF, the firmware of pseries: ROM panic and exceptions
    {"Program Exception", R"(^Program Exception)", Kind::firmware, "firmware: Program Exception",
     "", Where::none, kPlain},
    {"( 700 ) Program Exception", "", Kind::firmware, "firmware: Program Exception", "",
     Where::none, kPlain},
    {"Data Storage Exception", R"(^Data Storage Exception)", Kind::firmware,
     "firmware: Data Storage Exception", "", Where::none, kPlain},
    // EDK2 and U-Boot
    {"X64 Exception Type", R"(^X64 Exception Type - \w+\(#?([A-Z]+))", Kind::firmware,
     "firmware: X64 exception {1}", "", Where::none, kPlain},
    {"Synchronous Exception at", R"(^Synchronous Exception at 0x)", Kind::firmware,
     "firmware: Synchronous Exception", "", Where::none, kNoTrace},
    {"\"Synchronous Abort\" handler", "", Kind::firmware, "firmware: U-Boot Synchronous Abort", "",
     Where::none, kPlain},
    {"E3405 - No such device", "", Kind::firmware, "firmware: no boot device", "", Where::none,
     kNoTrace, Role::benign},
    // U-Boot: arch/arm/lib/interrupts*.c, lib/panic.c
    {"\"Error\" handler, esr", "", Kind::firmware, "firmware: U-Boot Error", "", Where::none,
     kPlain},
    {"data abort", R"(^data abort$)", Kind::firmware, "firmware: U-Boot data abort", "",
     Where::none, kNoTrace},
    {"prefetch abort", R"(^prefetch abort$)", Kind::firmware, "firmware: U-Boot prefetch abort", "",
     Where::none, kNoTrace},
    {"### ERROR ### Please RESET the board", "", Kind::firmware, "firmware: U-Boot gave up", "",
     Where::none, kPlain | kRepeats, Role::early},
    // EDK2: MdePkg DebugAssert()
    {"ASSERT_EFI_ERROR (Status", R"(^ASSERT_EFI_ERROR \(Status = ([A-Za-z ]+)\))", Kind::firmware,
     "firmware: ASSERT_EFI_ERROR {1}", "", Where::none, kPlain | kRepeats, Role::early},
    {"ASSERT [", R"(^ASSERT \[(\w+)\] )", Kind::firmware, "firmware: ASSERT in {1}", "",
     Where::none, kPlain | kRepeats, Role::early},
    // OpenSBI: lib/sbi/sbi_trap.c sbi_trap_error(), sbi_init.c
    {"sbi_trap_error: ", R"(^sbi_trap_error: hart\d+: )", Kind::firmware, "firmware: OpenSBI trap",
     "", Where::none, kPlain | kRepeats, Role::early},
    {"init_coldboot: ", R"(^init_coldboot: .* failed \(error)", Kind::firmware,
     "firmware: OpenSBI cold boot failed", "", Where::none, kPlain | kRepeats, Role::early},
    // Trusted Firmware-A: bl31/aarch64/crash_reporting.S, plat_panic_handler()
    {"Unhandled Exception in EL3", "", Kind::firmware, "firmware: TF-A unhandled exception in EL3",
     "", Where::none, kPlain | kRepeats, Role::early},
    {"Unhandled Exception from EL", "", Kind::firmware, "firmware: TF-A unhandled exception", "",
     Where::none, kPlain | kRepeats, Role::early},
    {"Unhandled External Abort received on", "", Kind::firmware, "firmware: TF-A external abort",
     "", Where::none, kPlain | kRepeats, Role::early},
    {"PANIC in EL3", "", Kind::firmware, "firmware: TF-A panic in EL3", "", Where::none,
     kPlain | kRepeats, Role::early},
    {"PANIC at PC :", R"(^PANIC at PC : ?(?:0x)?[0-9a-f]+)", Kind::firmware, "firmware: TF-A panic",
     "", Where::none, kPlain | kRepeats, Role::early},
    // SeaBIOS src/boot.c, GRUB kern/main.c
    {"No bootable device.", R"(^No bootable device\.)", Kind::boot, "boot: no bootable device", "",
     Where::none, kNoTrace | kRepeats},
    {"Entering rescue mode...", R"(^Entering rescue mode\.\.\.)", Kind::boot,
     "boot: GRUB rescue shell", "", Where::none, kNoTrace | kRepeats},
    // lib/decompress_*.c through the error() of arch/*/boot/compressed
    {"-- System halted", R"(^-- System halted$)", Kind::boot, "boot: decompressor halted", "",
     Where::none, kNoTrace | kRepeats},
    // arch/x86/purgatory
    {"purgatory: sha256 digests do not match", "", Kind::boot,
     "boot: kexec purgatory digests do not match", "", Where::none, kPlain | kRepeats},
    // initramfs-tools panic(), dracut emergency_shell(), systemd's emergency.service
    {"Dropping to a", R"(^Dropping to a(?: shell!|$))", Kind::boot,
     "boot: dropped to an emergency shell", "", Where::none, kPlain | kRepeats, Role::early},
    {"Gave up waiting for root", R"(^Gave up waiting for (?:root|suspend/resume))", Kind::boot, "",
     "", Where::none, 0, Role::silent},
    {"Entering emergency mode.", R"(^Entering emergency mode\.)", Kind::boot,
     "boot: dropped to an emergency shell", "", Where::none, kPlain | kRepeats, Role::early},
    {"ou are in emergency mode", "", Kind::boot, "boot: dropped to an emergency shell", "",
     Where::none, kPlain | kRepeats, Role::early},
    {"Generating \"/run/initramfs/rdsosreport.txt\"", "", Kind::boot,
     "boot: dropped to an emergency shell", "", Where::none, kPlain | kRepeats, Role::early},
    {"Reached target ", R"(^Reached target (?:emergency\.target|Emergency Mode))", Kind::boot,
     "boot: dropped to an emergency shell", "", Where::none, kPlain | kRepeats, Role::early},
    {"Started ", R"(^Started (?:emergency\.service|Emergency Shell))", Kind::boot,
     "boot: dropped to an emergency shell", "", Where::none, kPlain | kRepeats, Role::early},
    {"Give root password for maintenance", "", Kind::boot, "boot: dropped to an emergency shell",
     "", Where::none, kPlain | kRepeats, Role::early},
};

}  // namespace

std::span<const Format> firmware_formats() { return kFormats; }

}  // namespace triage
