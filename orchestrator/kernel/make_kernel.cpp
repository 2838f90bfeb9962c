// SPDX-License-Identifier: Apache-2.0
#include "kernel/make_kernel.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/program.h"
#include "base/text.h"
#include "kernel/build_folder.h"
#include "kernel/build_log.h"
#include "kernel/failure.h"
#include "kernel/kernel_entry.h"
#include "kernel/modules.h"
#include "kernel/object_counts.h"
#include "kernel/worktree.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

std::string config_family(const model::KernelSpec& spec) {
  return spec.base_config + " " + base::join(spec.fragments, " ");
}

}  // namespace

std::expected<void, BuildFailure> KernelBuild::compile(const Recipe& recipe,
                                                       std::vector<std::string> targets,
                                                       int expected, int& objects) {
  Command command = recipe.make(std::move(targets));
  command.log_file = recipe.log;
  BuildLog log;
  auto outcome = context.runner.run(command, [&](std::string_view line) {
    log.feed(line);
    say(log.linking() ? "linking" : "compiling", log.objects(), expected);
  });
  if (!outcome) return infra_failure(outcome.error());
  objects = log.objects();
  if (outcome->ok()) return {};
  auto lines = log.what_matters();
  for (const std::string& line : lines)
    if (line.contains("No space left on device"))
      return infra_failure({"the disk is full: " + line, "vmlab cache gc makes room"});
  return std::unexpected(BuildFailure{
      .kind = BuildFailure::Kind::build, .lines = std::move(lines), .log = recipe.log});
}

std::expected<std::vector<std::string>, BuildFailure> KernelBuild::install_modules(
    const Recipe& recipe, const fs::path& scratch) {
  int objects = 0;
  const fs::path root = recipe.build_path() / ".vmlab-modules";
  std::error_code error;
  fs::remove_all(root, error);
  if (auto made = compile(
          recipe, {"modules_install", "INSTALL_MOD_PATH=" + root.string(), "INSTALL_MOD_STRIP=1"},
          0, objects);
      !made)
    return std::unexpected(std::move(made.error()));
  std::vector<std::string> all;
  for (const auto& release : fs::directory_iterator(root / "lib/modules", error)) {
    auto names = collect_modules(release.path(), scratch / kModulesFolder, context.runner);
    if (!names) return infra_failure(names.error());
    all.insert(all.end(), names->begin(), names->end());
  }
  return all;
}

std::expected<json::object, BuildFailure> KernelBuild::collect(const Recipe& recipe, bool modular,
                                                               const fs::path& scratch) {
  const fs::path built = recipe.build_path();
  const std::string image = fs::path(machine.kernel_image).filename().string();
  std::error_code error;
  const auto copy = [&](const fs::path& from, const std::string& to) {
    if (!error) fs::copy_file(from, scratch / to, fs::copy_options::overwrite_existing, error);
  };
  copy(built / "vmlinux", kVmlinuxFile);
  if (image != "vmlinux") copy(built / machine.kernel_image, image);
  copy(built / ".config", kConfigFile);
  copy(built / "System.map", "System.map");
  copy(recipe.log, "build.log");
  if (error)
    return infra_failure(
        {fmt::format("copying the kernel from {}: {}", built.string(), error.message())});

  std::vector<std::string> names;
  if (modular) {
    auto installed = install_modules(recipe, scratch);
    if (!installed) return std::unexpected(std::move(installed.error()));
    names = std::move(*installed);
  }
  auto version = version_of(*tree.base);
  auto release = base::read_file(built / "include/config/kernel.release", 4096);
  const std::string release_text = release ? std::string(base::trim(*release)) : std::string();
  auto meta = kernel_meta(
      scratch, image, names,
      {{"summary", fmt::format("{} {} for {}{}", tree.base->description(), release_text,
                               model::to_string(machine.arch),
                               tree.subjects.empty()
                                   ? ""
                                   : fmt::format(", {} patches", tree.subjects.size()))},
       {"version", version ? *version : release_text},
       {"release", release_text},
       {"compiler", compiler},
       {"tree", tree_identity(*tree.base, tree.overlay)}});
  if (!meta) return infra_failure(meta.error());
  return std::move(*meta);
}

std::expected<Artifact, BuildFailure> KernelBuild::run(ArtifactCache::Slot& slot) {
  say("preparing the tree");
  auto lease = checkout(context.cache, *tree.base, tree.overlay, waiting);
  if (!lease) return infra_failure(lease.error());
  const std::string family = config_family(spec);
  const std::string folder_name = build_folder_name(machine, family, compiler);
  auto folder = BuildFolder::open(*lease, folder_name, waiting);
  if (!folder) return infra_failure(folder.error());
  std::error_code ignored;
  const fs::path logs = context.cache.root() / "logs";
  fs::create_directories(logs, ignored);
  Recipe recipe{.machine = &machine,
                .tree = lease->tree,
                .build_folder = folder_name,
                .jobs = std::max(1, context.jobs),
                .use_ccache = base::find_program("ccache").has_value(),
                .log = logs / ("kernel-" + key + ".log")};
  fs::remove(recipe.log, ignored);

  if (auto begun = folder->begin(); !begun) return infra_failure(begun.error());
  say("configuring");
  auto config = configure(recipe, plan, *lease, context.runner);
  if (!config) {
    if (config.error().kind != BuildFailure::Kind::infra) folder->end();
    return std::unexpected(std::move(config.error()));
  }
  recipe.debug_info = config->contains("DEBUG_INFO");
  const ObjectCounts counts(
      context.cache.root(),
      base::sha256_hex(folder_name + (*version_of(*tree.base))).substr(0, 16));
  const bool warm = folder->warm();
  const auto modules = config->find("MODULES");
  const bool modular = modules != config->end() && modules->second == "y";
  std::vector<std::string> targets{std::string(machine.kernel_target)};
  if (modular) targets.emplace_back("modules");
  const int usual = spec.base_config == "tiny" ? usual_objects(machine.arch) : 0;
  int objects = 0;
  auto made = compile(recipe, targets, warm ? 0 : counts.expected(usual), objects);
  std::expected<json::object, BuildFailure> meta =
      made ? collect(recipe, modular, slot.scratch()) : std::unexpected(std::move(made.error()));
  if (!meta) {
    // make itself stopped in good order: what it finished is good.
    if (meta.error().kind == BuildFailure::Kind::build) folder->end();
    return std::unexpected(std::move(meta.error()));
  }
  folder->end();
  if (!warm) counts.remember(objects);
  auto artifact = slot.commit(std::move(*meta));
  if (!artifact) return infra_failure(artifact.error());
  fs::remove(recipe.log, ignored);
  return std::move(*artifact);
}

}  // namespace kernel
