// SPDX-License-Identifier: Apache-2.0
// A guest that is a QEMU process: control, port and console input over descriptors we made, so there are no
// socket paths, no connect races, and each side sees the other's death.
#pragma once
#include <memory>

#include "guest/guest.h"
#include "guest/qemu/command_line.h"

namespace guest {

// Starts QEMU with its artefacts in `folder`, which must exist: qemu.sh (the same guest by hand; `note` goes
// into its head), console.log and qemu.stderr. Call it on the loop's thread. Errors are the spec's or the
// host's; a QEMU that starts and dies at once is a guest that has ended.
base::Result<std::unique_ptr<Guest>> start_qemu(async::asio::any_io_executor executor, const QemuSpec& spec,
                                                const base::fs::path& folder, std::string_view note);

}  // namespace guest
