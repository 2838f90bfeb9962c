// SPDX-License-Identifier: Apache-2.0
// Kernels with loadable modules: which ones a guest needs to reach its devices and file systems, in
// load order.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/command_runner.h"

namespace kernel {

// What a guest of the lab uses: virtio transports and devices, file systems, zram, hwpoison.
const std::vector<std::string>& guest_modules();

// The files (relative, as modules.dep names them) of `wanted` and all they depend on, dependencies
// first. modules.dep: "a.ko: b.ko c.ko", where b and c must be loaded before a (depmod(8)). Modules
// that are not there are left out: they are built in, or the kernel has none.
std::vector<std::string> load_order(std::string_view modules_dep,
                                    const std::vector<std::string>& wanted);

// The files below `folder` (lib/modules/<release>) that a guest needs, in load order. Nothing is written there.
base::Result<std::vector<std::string>> needed_modules(const base::fs::path& folder,
                                                      CommandRunner& runner);

// Copies them, uncompressed, to `destination` as 00-name.ko, 01-name.ko ...; `folder` is
// lib/modules/<release>.
base::Result<std::vector<std::string>> collect_modules(const base::fs::path& folder,
                                                       const base::fs::path& destination,
                                                       CommandRunner& runner);

}  // namespace kernel
