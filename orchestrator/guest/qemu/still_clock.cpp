// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/still_clock.h"

// The library is built from still_clock.c before this file is (CMakeLists.txt).
asm(".section .rodata\n"
    "vmlab_still_clock_begin:\n"
    ".incbin \"" VMLAB_STILL_CLOCK "\"\n"
    "vmlab_still_clock_end:\n"
    ".globl vmlab_still_clock_begin, vmlab_still_clock_end\n"
    ".text\n");

extern "C" const char vmlab_still_clock_begin[];
extern "C" const char vmlab_still_clock_end[];

namespace guest {

std::string_view still_clock_library() { return {vmlab_still_clock_begin, vmlab_still_clock_end}; }

base::Result<void> write_still_clock(const base::fs::path& folder) {
  return base::write_file_atomic(folder / kStillClockFile, still_clock_library());
}

}  // namespace guest
