// SPDX-License-Identifier: Apache-2.0
#include "kernel/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/hash.h"
#include "kernel/failure.h"
#include "kernel/kernel_entry.h"
#include "kernel/make_kernel.h"
#include "kernel/prebuilt.h"
#include "kernel/source.h"
#include "kernel/worktree.h"

namespace kernel {
namespace {

KernelArtifact describe(Artifact artifact, const PatchedTree& tree, bool built_now) {
  KernelArtifact kernel = kernel_of(std::move(artifact));
  kernel.source = tree.base->description();
  kernel.patches = tree.subjects;
  kernel.built_now = built_now;
  return kernel;
}

}  // namespace

Waiting BuildContext::waiting(std::string doing) const {
  Waiting waiting{.doing = std::move(doing), .runner = &runner};
  if (on_progress) waiting.on_wait = [report = on_progress](const std::string& line) { report({line, 0, 0}); };
  return waiting;
}

std::string BuildFailure::text() const {
  std::string result;
  switch (kind) {
    case Kind::user:
      for (const base::Diagnostic& diagnostic : diagnostics)
        result += (result.empty() ? "" : "\n") + diagnostic.text();
      return result;
    case Kind::build:
      return fmt::format("the kernel did not build (log: {})\n{}", log.string(),
                         fmt::join(lines, "\n"));
    case Kind::infra:
      return error.text();
  }
  return result;
}

std::expected<KernelArtifact, BuildFailure> build_kernel(const model::KernelSpec& spec,
                                                         const model::Machine& machine,
                                                         BuildContext& context) {
  using Kind = model::SourceRef::Kind;
  if (spec.source.kind == Kind::prebuilt || spec.source.kind == Kind::prebuilt_debian) {
    if (!spec.patches.empty())
      return user_failure("a prebuilt kernel cannot be patched",
                          "name a source that is built, such as debian:6.12");
    return prebuilt_kernel(spec.source, machine, context);
  }
  auto plan = plan_config(spec, machine, context.config_directory);
  if (!plan) return user_failure(std::move(plan.error()));
  if (context.on_progress) context.on_progress({"fetching " + spec.source.text(), 0, 0});
  auto tree = open_patched(spec.source, spec.patches, context.cache, context.runner,
                           context.waiting({}).on_wait);
  if (!tree) return source_failure(std::move(tree.error()));
  if (auto version = version_of(*tree->base); !version)
    return user_failure(spec.source.text() + ": " + version.error().message, version.error().hint);
  auto compiler = compiler_identity(machine, context.runner);
  if (!compiler) return infra_failure(compiler.error());

  base::Sha256 hash;
  hash.field(fmt::format("kernel recipe {}", kRecipeVersion))
      .field(tree_identity(*tree->base, tree->overlay))
      .field(plan->key_text())
      .field(machine.kbuild_arch)
      .field(machine.cross_compile)
      .field(machine.kernel_target)
      .field(*compiler);
  const std::string key = hash.hex().substr(0, 40);
  if (auto artifact = context.cache.find("kernel", key))
    return describe(std::move(*artifact), *tree, false);
  const Waiting waiting = context.waiting(
      fmt::format("builds the kernel {} for {}", spec.source.text(), model::to_string(machine.arch)));
  auto slot = context.cache.open("kernel", key, waiting);
  if (!slot) return infra_failure(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), *tree, false);
  KernelBuild build{spec, machine, context, *plan, *tree, *compiler, key, waiting};
  auto artifact = build.run(*slot);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  return describe(std::move(*artifact), *tree, true);
}

}  // namespace kernel
