// SPDX-License-Identifier: Apache-2.0
// Kernels that come built: an image file of the user's, or a Debian package.
#pragma once
#include <expected>

#include "kernel/build.h"

namespace kernel {

// prebuilt:PATH (an image, with lib/modules/<release> beside it or PATH.modules, if there are
// modules) or prebuilt:debian:6.12-cloud.
std::expected<KernelArtifact, BuildFailure> prebuilt_kernel(const model::SourceRef& source,
                                                            const model::Machine& machine,
                                                            BuildContext& context);

}  // namespace kernel
