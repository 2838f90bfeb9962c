// SPDX-License-Identifier: Apache-2.0
#include "kernel/prebuilt.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/debian_archive.h"
#include "kernel/failure.h"
#include "kernel/kernel_entry.h"
#include "kernel/modules.h"
#include "kernel/prebuilt_files.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

constexpr const char* kImageFile = "image";
// Goes into the keys: raise it when an entry is laid out differently.
constexpr std::string_view kLayout = "prebuilt 3";

// Copies image, configuration and the modules a guest needs into the slot and commits it.
std::expected<Artifact, BuildFailure> keep(ArtifactCache::Slot& slot, const PrebuiltFiles& files,
                                           const std::string& name, const std::string& version,
                                           const model::Machine& machine, BuildContext& context) {
  std::error_code error;
  fs::copy_file(files.image, slot.scratch() / kImageFile, error);
  if (!error) fs::copy_file(files.config, slot.scratch() / kConfigFile, error);
  if (error)
    return infra_failure({fmt::format("copying {}: {}", files.image.string(), error.message())});
  std::vector<std::string> modules;
  std::string release;
  if (!files.modules.empty()) {
    auto collected = collect_modules(files.modules, slot.scratch() / kModulesFolder, context.runner);
    if (!collected) return infra_failure(collected.error());
    modules = std::move(*collected);
    release = files.modules.filename().string();
  }
  auto config = base::read_file(slot.scratch() / kConfigFile, 16 << 20);
  if (!config) return infra_failure(config.error());
  if (auto why = why_no_guest(parse_config_values(*config), modules, machine))
    return user_failure(name + ": " + why->message, why->hint);
  auto meta = kernel_meta(
      slot.scratch(), kImageFile, modules,
      {{"summary", name + (version.empty() ? "" : " " + version)},
       {"version", version.empty() ? (release.empty() ? "prebuilt" : release) : version},
       {"release", release}});
  if (!meta) return infra_failure(meta.error());
  auto artifact = slot.commit(std::move(*meta));
  if (!artifact) return infra_failure(artifact.error());
  return std::move(*artifact);
}

KernelArtifact describe(Artifact artifact, const model::SourceRef& source, bool built_now) {
  KernelArtifact kernel = kernel_of(std::move(artifact));
  kernel.source = source.text();
  kernel.built_now = built_now;
  return kernel;
}

std::expected<KernelArtifact, BuildFailure> from_debian(const model::SourceRef& source,
                                                        const model::Machine& machine,
                                                        BuildContext& context) {
  if (machine.arch != model::Arch::x86_64)
    return user_failure(
        fmt::format("{} is an x86_64 kernel, and the machine is {}", source.text(), machine.id),
        "choose --machine x86_64, or a source that is built");
  DebianArchive archive(context.cache.root() / "apt", context.runner);
  auto package = archive.find_image(source.location);
  if (!package) return source_failure(std::move(package.error()));
  base::Sha256 hash;
  hash.field(kLayout).field(package->name).field(package->version).field(machine.id);
  const std::string key = hash.hex().substr(0, 40);
  if (auto artifact = context.cache.find("prebuilt", key))
    return describe(std::move(*artifact), source, false);
  auto slot = context.cache.open("prebuilt", key, context.waiting("fetches " + package->name));
  if (!slot) return infra_failure(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), source, false);
  auto unpacked = base::TemporaryDirectory::create(context.cache.root(), "unpack");
  if (!unpacked) return infra_failure(unpacked.error());
  if (context.on_progress) context.on_progress({"fetching " + package->name, 0, 0});
  if (auto done = archive.unpack(*package, unpacked->path()); !done)
    return infra_failure(done.error());
  auto files = find_prebuilt(unpacked->path(), machine);
  if (!files) return infra_failure({package->name + ": " + files.error().message});
  auto artifact = keep(*slot, *files, package->name, package->version, machine, context);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  return describe(std::move(*artifact), source, true);
}

// Names the content: what lies at a user's path may be another kernel tomorrow.
base::Result<std::string> key_of(const PrebuiltFiles& files, const model::Machine& machine,
                                 CommandRunner& runner) {
  base::Sha256 key;
  key.field(kLayout).field(machine.id);
  for (const fs::path& file : {files.image, files.config}) {
    auto hash = base::sha256_file(file.string());
    if (!hash) return std::unexpected(hash.error());
    key.field(*hash);
  }
  if (!files.modules.empty()) {
    auto needed = needed_modules(files.modules, runner);
    if (!needed) return std::unexpected(needed.error());
    for (const std::string& module : *needed) {
      auto hash = base::sha256_file((files.modules / module).string());
      if (!hash) return std::unexpected(hash.error());
      key.field(module).field(*hash);
    }
  }
  return key.hex().substr(0, 40);
}

std::expected<KernelArtifact, BuildFailure> from_path(const model::SourceRef& source,
                                                      const model::Machine& machine,
                                                      BuildContext& context) {
  auto files = find_prebuilt(source.location, machine);
  if (!files) return user_failure(files.error().message, files.error().hint);
  auto key = key_of(*files, machine, context.runner);
  if (!key) return infra_failure(key.error());
  if (auto artifact = context.cache.find("prebuilt", *key))
    return describe(std::move(*artifact), source, false);
  auto slot = context.cache.open("prebuilt", *key, context.waiting("copies " + files->image.string()));
  if (!slot) return infra_failure(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), source, false);
  auto artifact = keep(*slot, *files, files->image.string(), {}, machine, context);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  return describe(std::move(*artifact), source, true);
}

}  // namespace

std::expected<KernelArtifact, BuildFailure> prebuilt_kernel(const model::SourceRef& source,
                                                            const model::Machine& machine,
                                                            BuildContext& context) {
  return source.kind == model::SourceRef::Kind::prebuilt_debian
             ? from_debian(source, machine, context)
             : from_path(source, machine, context);
}

}  // namespace kernel
