// SPDX-License-Identifier: Apache-2.0
#include "kernel/build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/build_folder.h"
#include "kernel/build_log.h"
#include "kernel/modules.h"
#include "kernel/object_counts.h"
#include "kernel/prebuilt.h"
#include "kernel/recipe.h"
#include "kernel/source.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

std::unexpected<BuildFailure> infra(base::Error error) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::infra, .error = std::move(error)});
}
std::unexpected<BuildFailure> user(base::Diagnostics diagnostics) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::user, .diagnostics = std::move(diagnostics)});
}
std::unexpected<BuildFailure> from_source(SourceFailure failure) {
  if (!failure.user.empty()) return user(std::move(failure.user));
  return infra(std::move(failure.host));
}

bool have_ccache() {
  const char* path = std::getenv("PATH");
  for (std::string_view folder : base::split(path ? path : "", ':'))
    if (::access(fmt::format("{}/ccache", folder).c_str(), X_OK) == 0) return true;
  return false;
}

std::string config_family(const model::KernelSpec& spec) {
  return spec.base_config + " " + base::join(spec.fragments, " ");
}

KernelArtifact describe(Artifact artifact, const PatchedTree& tree, bool built_now) {
  const auto text = [&](const char* name) {
    const json::value* value = artifact.meta->if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  KernelArtifact kernel;
  kernel.image = artifact.folder / text("image");
  kernel.config = artifact.folder / "config";
  kernel.vmlinux = artifact.folder / "vmlinux";
  if (const json::value* names = artifact.meta->if_contains("modules"); names && names->is_array())
    for (const json::value& name : names->as_array())
      kernel.modules.push_back(artifact.folder / "modules" / json::value_to<std::string>(name));
  kernel.version = text("version");
  kernel.release = text("release");
  kernel.key = artifact.key;
  kernel.image_sha256 = text("image_sha256");
  kernel.config_sha256 = text("config_sha256");
  kernel.compiler = text("compiler");
  kernel.source = tree.base->description();
  kernel.patches = tree.subjects;
  kernel.built_now = built_now;
  kernel.artifact = std::move(artifact);
  return kernel;
}

// Everything one build needs once inputs and key are known.
struct Build {
  const model::KernelSpec& spec;
  const model::Machine& machine;
  BuildContext& context;
  const ConfigPlan& plan;
  const PatchedTree& tree;
  std::string compiler;
  std::string key;

  std::expected<Artifact, BuildFailure> run(ArtifactCache::Slot& slot);

 private:
  void say(std::string stage, int done = 0, int total = 0) const {
    if (context.on_progress) context.on_progress({std::move(stage), done, total});
  }
  std::expected<void, BuildFailure> compile(const Recipe& recipe, std::vector<std::string> targets,
                                            int expected, int& objects);
  std::expected<json::object, BuildFailure> collect(const Recipe& recipe,
                                                    const ConfigValues& config,
                                                    const fs::path& scratch);
};

std::expected<void, BuildFailure> Build::compile(const Recipe& recipe,
                                                 std::vector<std::string> targets, int expected,
                                                 int& objects) {
  Command command = recipe.make(std::move(targets));
  command.log_file = recipe.log;
  BuildLog log;
  auto outcome = context.runner.run(command, [&](std::string_view line) {
    log.feed(line);
    say(log.linking() ? "linking" : "compiling", log.objects(), expected);
  });
  if (!outcome) return infra(outcome.error());
  objects = log.objects();
  if (outcome->ok()) return {};
  auto lines = log.what_matters();
  for (const std::string& line : lines)
    if (line.contains("No space left on device"))
      return infra({"the disk is full: " + line, "vmlab cache gc makes room"});
  return std::unexpected(BuildFailure{
      .kind = BuildFailure::Kind::build, .lines = std::move(lines), .log = recipe.log});
}

std::expected<json::object, BuildFailure> Build::collect(const Recipe& recipe,
                                                         const ConfigValues& config,
                                                         const fs::path& scratch) {
  const fs::path built = recipe.build_path();
  const std::string image = fs::path(machine.kernel_image).filename().string();
  std::error_code error;
  const auto copy = [&](const fs::path& from, const std::string& to) {
    if (!error) fs::copy_file(from, scratch / to, fs::copy_options::overwrite_existing, error);
  };
  copy(built / "vmlinux", "vmlinux");
  if (image != "vmlinux") copy(built / machine.kernel_image, image);
  copy(built / ".config", "config");
  copy(built / "System.map", "System.map");
  copy(recipe.log, "build.log");
  if (error)
    return infra({fmt::format("copying the kernel from {}: {}", built.string(), error.message())});

  json::array modules;
  if (const auto it = config.find("MODULES"); it != config.end() && it->second == "y") {
    int objects = 0;
    const fs::path root = built / ".vmlab-modules";
    fs::remove_all(root, error);
    if (auto made = compile(recipe, {"modules"}, 0, objects); !made)
      return std::unexpected(std::move(made.error()));
    if (auto made = compile(
            recipe, {"modules_install", "INSTALL_MOD_PATH=" + root.string(), "INSTALL_MOD_STRIP=1"},
            0, objects);
        !made)
      return std::unexpected(std::move(made.error()));
    for (const auto& release : fs::directory_iterator(root / "lib/modules", error)) {
      auto names = collect_modules(release.path(), scratch / "modules", context.runner);
      if (!names) return infra(names.error());
      for (const std::string& name : *names) modules.emplace_back(name);
    }
  }
  auto image_hash = base::sha256_file((scratch / image).string());
  auto config_hash = base::sha256_file((scratch / "config").string());
  if (!image_hash) return infra(image_hash.error());
  if (!config_hash) return infra(config_hash.error());
  auto version = version_of(*tree.base);
  auto release = base::read_file(built / "include/config/kernel.release", 4096);
  const std::string release_text = release ? std::string(base::trim(*release)) : std::string();
  return json::object{
      {"summary",
       fmt::format("{} {} for {}{}", tree.base->description(), release_text,
                   model::to_string(machine.arch),
                   tree.subjects.empty() ? "" : fmt::format(", {} patches", tree.subjects.size()))},
      {"image", image},
      {"version", version ? *version : release_text},
      {"release", release_text},
      {"image_sha256", *image_hash},
      {"config_sha256", *config_hash},
      {"compiler", compiler},
      {"tree", tree_identity(*tree.base, tree.overlay)},
      {"modules", std::move(modules)}};
}

std::expected<Artifact, BuildFailure> Build::run(ArtifactCache::Slot& slot) {
  say("preparing the tree");
  auto lease = checkout(context.cache, *tree.base, tree.overlay);
  if (!lease) return infra(lease.error());
  const std::string family = config_family(spec);
  const std::string folder_name = build_folder_name(machine, family, compiler);
  auto folder = BuildFolder::open(*lease, folder_name);
  if (!folder) return infra(folder.error());
  std::error_code ignored;
  const fs::path logs = context.cache.root() / "logs";
  fs::create_directories(logs, ignored);
  Recipe recipe{.machine = &machine,
                .tree = lease->tree,
                .build_folder = folder_name,
                .jobs = std::max(1, context.jobs),
                .use_ccache = have_ccache(),
                .log = logs / ("kernel-" + key + ".log")};
  fs::remove(recipe.log, ignored);

  if (auto begun = folder->begin(); !begun) return infra(begun.error());
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
  int objects = 0;
  if (auto made = compile(
          recipe, {std::string(machine.kernel_target)},
          warm ? 0 : counts.expected(spec.base_config == "tiny" ? usual_objects(machine.arch) : 0),
          objects);
      !made) {
    // make itself stopped in good order: what it finished is good.
    if (made.error().kind == BuildFailure::Kind::build) folder->end();
    return std::unexpected(std::move(made.error()));
  }
  auto meta = collect(recipe, *config, slot.scratch());
  if (!meta) return std::unexpected(std::move(meta.error()));
  folder->end();
  if (!warm) counts.remember(objects);
  auto artifact = slot.commit(std::move(*meta));
  if (!artifact) return infra(artifact.error());
  fs::remove(recipe.log, ignored);
  return std::move(*artifact);
}

}  // namespace

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

base::Result<std::string> compiler_identity(const model::Machine& machine, CommandRunner& runner) {
  std::string identity;
  for (const char* tool : {"gcc", "ld"}) {
    const std::string program = std::string(machine.cross_compile) + tool;
    auto said = runner.run({.program = program,
                            .arguments = {"--version"},
                            .environment = {{"LC_ALL", "C"}},
                            .capture = true});
    if (!said || !said->ok()) {
      std::string triplet(machine.cross_compile);
      if (!triplet.empty()) triplet.pop_back();
      return base::fail(fmt::format("the compiler {} is not installed", program),
                        triplet.empty()
                            ? "apt-get install gcc"
                            : fmt::format("apt-get install gcc-{0} binutils-{0}", triplet));
    }
    if (!identity.empty()) identity += ", ";
    identity += base::split_lines(said->output).empty()
                    ? program
                    : std::string(base::split_lines(said->output)[0]);
  }
  return identity;
}

std::expected<KernelArtifact, BuildFailure> build_kernel(const model::KernelSpec& spec,
                                                         const model::Machine& machine,
                                                         BuildContext& context) {
  using Kind = model::SourceRef::Kind;
  if (spec.source.kind == Kind::prebuilt || spec.source.kind == Kind::prebuilt_debian) {
    if (!spec.patches.empty())
      return user({{{},
                    0,
                    0,
                    "a prebuilt kernel cannot be patched",
                    "name a source that is built, such as debian:6.12"}});
    return prebuilt_kernel(spec.source, machine, context);
  }
  auto plan = plan_config(spec, machine, context.config_directory);
  if (!plan) return user(std::move(plan.error()));
  if (context.on_progress) context.on_progress({"fetching " + spec.source.text(), 0, 0});
  auto tree = open_patched(spec.source, spec.patches, context.cache, context.runner);
  if (!tree) return from_source(std::move(tree.error()));
  if (auto version = version_of(*tree->base); !version)
    return user(
        {{{}, 0, 0, spec.source.text() + ": " + version.error().message, version.error().hint}});
  auto compiler = compiler_identity(machine, context.runner);
  if (!compiler) return infra(compiler.error());

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
  if (context.on_progress) context.on_progress({"waiting", 0, 0});
  auto slot = context.cache.open("kernel", key);
  if (!slot) return infra(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), *tree, false);
  Build build{spec, machine, context, *plan, *tree, *compiler, key};
  auto artifact = build.run(*slot);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  return describe(std::move(*artifact), *tree, true);
}

}  // namespace kernel
