// SPDX-License-Identifier: Apache-2.0
// A QEMU whose time of day stands still, for the instruction clock.
//
// QEMU sizes the tables of its software TLB by how full they were in the last 100 ms of the host's time
// (accel/tcg/cputlb.c, tlb_mmu_resize_locked(), by gettimeofday()). A guest sees it where it trusts that a translation
// lives on: the kernel clears the accessed bit of a page table entry without a flush, and whether the next access sets it
// again is whether the TLB still had the entry. Reclaim then takes other pages on a busy host than on an idle one.
#pragma once
#include <string_view>

#include "base/file.h"

namespace guest {

// The name of the library in a guest's folder, where QEMU is started.
inline constexpr std::string_view kStillClockFile = "still-clock.so";
// What LD_PRELOAD must be: relative, because it takes no blanks and colons.
inline constexpr std::string_view kStillClockPreload = "./still-clock.so";

std::string_view still_clock_library();  // an ELF file for this host

// Writes it into `folder`.
base::Result<void> write_still_clock(const base::fs::path& folder);

}  // namespace guest
