// SPDX-License-Identifier: Apache-2.0
// Guest programs that do not come from the kernel tree: the agent (guest-tools/agent), and, by the
// scripts in images/recipes/ from Debian's source packages, the static libraries selftests link and
// a shell. All are kept by the hash of their sources or recipe and of the compiler, and are built
// once per architecture.
#pragma once
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "kernel/guest_tools_host.h"
#include "model/machine.h"

namespace kernel {

struct GuestToolsArtifact {
  base::fs::path folder;
  std::string identity;  // names the content's making: the artefact's key
  Artifact entry;        // keeps the files from being collected
};

// folder/init, static, from `make -C <guest_tools>/agent`.
base::Result<GuestToolsArtifact> build_guest_tools(const GuestToolsHost& host,
                                                   const base::fs::path& guest_tools,
                                                   const model::Machine& machine);

// folder/vmlab-bench, static, from `make -C <guest_tools>/bench`.
base::Result<GuestToolsArtifact> build_benchmarks(const GuestToolsHost& host, const base::fs::path& guest_tools,
                                                  const model::Machine& machine);

// folder/include, folder/lib and folder/manifest (libraries and their hashes), for
// build_selftests().
base::Result<GuestToolsArtifact> build_guest_libraries(const GuestToolsHost& host,
                                                       const base::fs::path& recipes,
                                                       const model::Machine& machine);

// folder/root is laid over the guest's root: /bin/sh, /bin/bash, busybox's applets. A minute per
// architecture: only scripts and interactive guests need it.
base::Result<GuestToolsArtifact> build_guest_shell(const GuestToolsHost& host,
                                                   const base::fs::path& recipes,
                                                   const model::Machine& machine);

// Debian's source packages of all of them: .dsc files and tarballs. Fetched once, with an apt of
// our own that leaves the host's alone; apt checks the signature and the hashes.
base::Result<Artifact> guest_tool_sources(const GuestToolsHost& host);

// Unpacks some of them below `folder`: folder/numactl and so on.
base::Result<void> unpack_sources(const GuestToolsHost& host, const base::fs::path& sources,
                                  const std::vector<std::string>& packages,
                                  const base::fs::path& folder);

}  // namespace kernel
