// SPDX-License-Identifier: Apache-2.0
// One kernel build, from the work tree to the files of a cache entry. Private to the room: build.h is the
// way in.
#pragma once
#include <boost/json/object.hpp>
#include <expected>
#include <string>
#include <vector>

#include "kernel/build.h"
#include "kernel/config.h"
#include "kernel/recipe.h"
#include "kernel/source.h"

namespace kernel {

// Everything a build needs once its inputs and its key are known.
struct KernelBuild {
  const model::KernelSpec& spec;
  const model::Machine& machine;
  BuildContext& context;
  const ConfigPlan& plan;
  const PatchedTree& tree;
  std::string compiler;
  std::string key;
  Waiting waiting;  // for those who build from the same tree

  // Builds into the slot's scratch folder and commits it.
  std::expected<Artifact, BuildFailure> run(ArtifactCache::Slot& slot);

 private:
  void say(std::string stage, int done = 0, int total = 0) const {
    if (context.on_progress) context.on_progress({std::move(stage), done, total});
  }
  // `objects` becomes how many were compiled; `expected`: for the percentage, 0 when unknown.
  std::expected<void, BuildFailure> compile(const Recipe& recipe, std::vector<std::string> targets,
                                            int expected, int& objects);
  // Installs what was built as modules and copies those that a guest needs to `scratch`; their names there, in
  // load order.
  std::expected<std::vector<std::string>, BuildFailure> install_modules(
      const Recipe& recipe, const base::fs::path& scratch);
  // Copies what is kept of the build to `scratch` and describes it.
  std::expected<boost::json::object, BuildFailure> collect(const Recipe& recipe, bool modular,
                                                           const base::fs::path& scratch);
};

}  // namespace kernel
