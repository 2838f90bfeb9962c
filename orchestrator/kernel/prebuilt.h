// SPDX-License-Identifier: Apache-2.0
// Kernels that come built: an image file of the user's, or a Debian package.
#pragma once
#include <expected>

#include "kernel/build.h"

namespace kernel {

// prebuilt:PATH (prebuilt_files.h says what is looked for where) or prebuilt:debian:6.12-cloud. Image,
// configuration and the modules a guest needs are copied into the cache, under the hash of their content.
std::expected<KernelArtifact, BuildFailure> prebuilt_kernel(const model::SourceRef& source,
                                                            const model::Machine& machine,
                                                            BuildContext& context);

}  // namespace kernel
