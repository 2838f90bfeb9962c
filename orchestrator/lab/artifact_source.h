// SPDX-License-Identifier: Apache-2.0
// What the lab needs built before a guest can start. Blocking calls, made on a worker thread; the real source
// is kernel_artifacts.h (room kernel behind it), tests have one that fails on request.
#pragma once
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/file.h"
#include "image/image.h"
#include "model/machine.h"
#include "model/run.h"
#include "model/source.h"

namespace lab {

struct BuildProblem {
  enum class Kind {
    user,   // what was asked for cannot be: a patch that does not apply, a tree that is not there
    build,  // it does not compile or link: data about the kernel under test
    infra,  // the host failed
  };
  Kind kind = Kind::infra;
  base::Diagnostics diagnostics;  // of user
  std::string reason;             // one line, for people
  std::string evidence;           // the compiler's lines that matter
};

template <class T>
using Built = std::expected<T, BuildProblem>;

struct BuiltKernel {
  base::fs::path image;
  base::fs::path config;
  base::fs::path vmlinux;  // empty when there is none
  model::KernelIdentity identity;
  std::vector<base::fs::path> modules;    // files the guest needs, if it has any
  std::vector<std::string> module_order;  // their paths in the guest, in the order they are to be loaded
};

struct BuiltSelftests {
  base::fs::path folder;                         // holds one folder per collection
  std::string identity;                          // names the content
  std::map<std::string, std::vector<std::string>> programs;  // collection -> files there
  std::map<std::string, std::string> not_built;  // "mm/ksm_tests" -> the compiler's lines
  std::map<std::string, std::string> left_out;   // "mm/protection_keys_32" -> why nobody tried to build it
  std::string run_vmtests;                       // text of run_vmtests.sh; empty when the tree has none
  std::string source;                            // SRC
};

struct BuiltTools {
  base::fs::path agent;
  std::vector<image::Tree> shell;  // programs for scripts and people; empty when not available
  std::optional<image::Tree> benchmarks = {};
};

class ArtifactSource {
 public:
  // A line for people, and how far (0..1, negative when unknown). Called from the worker thread.
  using OnProgress = std::function<void(const std::string& what, double fraction)>;

  virtual ~ArtifactSource() = default;
  virtual Built<BuiltKernel> kernel(const model::KernelSpec& spec, const model::Machine& machine,
                                    const OnProgress& on_progress) = 0;
  virtual Built<BuiltSelftests> selftests(const model::SelftestSpec& spec, const model::Machine& machine,
                                          const OnProgress& on_progress) = 0;
  virtual Built<BuiltTools> tools(const model::Machine& machine, const OnProgress& on_progress) = 0;
  // Our benchmarks, in `benchmarks` of the result.
  virtual Built<BuiltTools> benchmarks(const model::Machine& machine, const OnProgress& on_progress) = 0;
  // What shell scripts and people need in a guest, in `shell` of the result; a minute to build.
  virtual Built<BuiltTools> shell(const model::Machine& machine, const OnProgress& on_progress) = 0;
  // A formatted file system image, ready to be copied.
  virtual Built<base::fs::path> scratch_image(model::ScratchFs filesystem) = 0;
  virtual Built<image::BaseImage> base_image(const image::ImageSpec& spec) = 0;
  // Makes a running call return soon, with infra.
  virtual void cancel() = 0;
  // What then failed says nothing about the host.
  virtual bool cancelled() const = 0;
};

}  // namespace lab
