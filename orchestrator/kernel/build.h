// SPDX-License-Identifier: Apache-2.0
// From a KernelSpec and a machine to a kernel that boots there: found in the cache, or built.
#pragma once
#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "kernel/cache.h"
#include "kernel/command_runner.h"
#include "model/machine.h"
#include "model/source.h"

namespace kernel {

// How far a build is. `total` is what the last full build of this kind took; 0: unknown.
struct BuildProgress {
  std::string stage;  // "fetching debian:6.12", "configuring", "compiling", "linking"
  int done = 0;       // objects
  int total = 0;
};

struct BuildContext {
  const ArtifactCache& cache;
  CommandRunner& runner;
  base::fs::path config_directory;  // images/config
  int jobs = 1;
  std::function<void(const BuildProgress&)> on_progress = {};  // called on the building thread

  // How this process waits for others; `doing` is what it says to those who wait for it.
  Waiting waiting(std::string doing) const;
};

struct KernelArtifact {
  Artifact artifact;       // keeps the files from gc
  base::fs::path image;    // what QEMU's -kernel takes
  base::fs::path config;   // the resolved .config
  base::fs::path vmlinux;  // with symbols; empty for a prebuilt kernel
  std::vector<base::fs::path>
      modules;          // uncompressed, in load order: what the guest's devices need
  std::string version;  // of the source: "6.12.117"
  std::string release;  // uname -r
  std::string source;   // description: "Debian linux-source-6.12 6.12.117-1"
  std::string key;
  std::string image_sha256;  // equal images are equal kernels, however they were made
  std::string config_sha256;
  std::string compiler;              // first line of --version
  std::vector<std::string> patches;  // subjects
  bool built_now = false;            // false: it was in the cache
};

struct BuildFailure {
  enum class Kind {
    user,   // patch, config, folder: exit code 2
    build,  // the compiler refused: outcome build_fail
    infra,  // the host
  };
  Kind kind = Kind::infra;
  base::Diagnostics diagnostics;   // user
  std::vector<std::string> lines;  // build: the few lines that matter
  base::fs::path log;              // build: everything make said
  base::Error error = {};          // infra

  std::string text() const;
};

// Blocking, minutes when nothing is cached. Several threads and processes may ask for the same
// kernel: one builds, the others wait.
std::expected<KernelArtifact, BuildFailure> build_kernel(const model::KernelSpec& spec,
                                                         const model::Machine& machine,
                                                         BuildContext& context);

// The compiler's first --version line and the linker's; an Error names the package that has the
// compiler.
base::Result<std::string> compiler_identity(const model::Machine& machine, CommandRunner& runner);

}  // namespace kernel
