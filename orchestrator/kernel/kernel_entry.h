// SPDX-License-Identifier: Apache-2.0
// A kernel's entry in the cache, built here or prebuilt: what its manifest remembers beside the files.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "kernel/build.h"

namespace kernel {

// The names of the files in an entry: the image under its own name, then these. `modules` holds what the
// guest needs, in load order.
inline constexpr const char* kConfigFile = "config";
inline constexpr const char* kVmlinuxFile = "vmlinux";
inline constexpr const char* kModulesFolder = "modules";

// The meta of an entry whose files are in `scratch`: hashes image and config. `more` brings what the two
// kinds of kernels know otherwise: "summary", "version", "release", "compiler"...
base::Result<boost::json::object> kernel_meta(const base::fs::path& scratch,
                                              const std::string& image,
                                              const std::vector<std::string>& modules,
                                              boost::json::object more);

// The kernel of an entry with such a meta; source, patches and built_now are the caller's to say.
KernelArtifact kernel_of(Artifact artifact);

}  // namespace kernel
