// SPDX-License-Identifier: Apache-2.0
// The parts of a kernel that somebody else built: image, configuration, modules. Where people keep them, and
// whether they make a guest that can talk to the lab.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/kconfig.h"
#include "model/machine.h"

namespace kernel {

struct PrebuiltFiles {
  base::fs::path image;
  base::fs::path config;
  base::fs::path modules;  // lib/modules/<release>; empty: there are none
};

// `given` is an image file, or a folder that holds one: a build tree, an unpacked package, a boot folder.
//
// The configuration is looked for as IMAGE.config, config-RELEASE, .config or config beside the image, or at the
// root of the build tree that the image is part of. Modules as IMAGE.modules/lib/modules/*, lib/modules/* beside
// the image (or in the folder), and for an image whose name ends in its release, as in /boot,
// ../lib/modules/RELEASE. Errors are the user's: nothing there, no configuration, an image of another
// architecture.
base::Result<PrebuiltFiles> find_prebuilt(const base::fs::path& given, const model::Machine& machine);

// What the head of a kernel image says it is for; "" when the format is none of those known here. Formats:
// Documentation/arch/x86/boot.rst ("HdrS" at 0x202), Documentation/arch/arm64/booting.rst ("ARM\x64" at 56),
// ELF's e_machine.
std::string architecture_of_image(std::string_view head);

// Why a guest with this configuration and these modules (names as files: "03-virtio_console.ko") could not
// answer; nullopt: nothing speaks against it.
std::optional<base::Error> why_no_guest(const ConfigValues& config, const std::vector<std::string>& modules,
                                        const model::Machine& machine);

}  // namespace kernel
