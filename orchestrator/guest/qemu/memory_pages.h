// SPDX-License-Identifier: Apache-2.0
// The memory of a copy before it runs. QEMU builds every machine as if it were to boot, and some boards write into
// guest memory while they do so (pseries puts its device tree just below 2 GiB at reset: hw/ppc/spapr.c). With
// memory that a migration does not transfer (x-ignore-shared) nothing would undo that: four pages that belong to
// the frozen guest's kernel by then would hold a device tree.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <vector>

#include "base/error.h"

namespace guest {

// Finds the pages of the files `ram`, mapped privately by process `pid`, that the process has made its own
// (Documentation/admin-guide/mm/pagemap.rst), and writes the file's bytes back into them. Returns how many there
// were. The process must not be writing them meanwhile.
base::Result<std::size_t> put_back_pages(pid_t pid, const std::vector<int>& ram);

}  // namespace guest
