// SPDX-License-Identifier: Apache-2.0
#include "kernel/prebuilt.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/value_to.hpp>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/debian_archive.h"
#include "kernel/modules.h"
#include "kernel/source.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

std::unexpected<BuildFailure> mistake(std::string message, std::string hint = {}) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::user,
                   .diagnostics = {{{}, 0, 0, std::move(message), std::move(hint)}}});
}
std::unexpected<BuildFailure> infra(base::Error error) {
  return std::unexpected(
      BuildFailure{.kind = BuildFailure::Kind::infra, .error = std::move(error)});
}

// Copies image, config and modules into the scratch folder and commits. `root` may have
// lib/modules.
std::expected<Artifact, BuildFailure> keep(ArtifactCache::Slot& slot, const fs::path& image,
                                           const fs::path& config, const fs::path& modules,
                                           json::object meta, BuildContext& context) {
  std::error_code error;
  fs::copy_file(image, slot.scratch() / "image", error);
  if (error) return infra({fmt::format("copying {}: {}", image.string(), error.message())});
  if (!config.empty()) fs::copy_file(config, slot.scratch() / "config", error);
  json::array names;
  if (!modules.empty()) {
    auto collected = collect_modules(modules, slot.scratch() / "modules", context.runner);
    if (!collected) return infra(collected.error());
    for (const std::string& name : *collected) names.emplace_back(name);
    meta["release"] = modules.filename().string();
  }
  meta["modules"] = std::move(names);
  auto artifact = slot.commit(std::move(meta));
  if (!artifact) return infra(artifact.error());
  return std::move(*artifact);
}

fs::path first_below(const fs::path& folder, std::string_view prefix) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder, ignored))
    if (item.path().filename().string().starts_with(prefix)) found.push_back(item.path());
  std::ranges::sort(found);
  return found.empty() ? fs::path() : found.front();
}

std::expected<KernelArtifact, BuildFailure> describe(Artifact artifact,
                                                     const model::SourceRef& source) {
  const auto text = [&](const char* name) {
    const json::value* value = artifact.meta->if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  KernelArtifact kernel;
  kernel.image = artifact.folder / "image";
  if (fs::exists(artifact.folder / "config")) kernel.config = artifact.folder / "config";
  if (const json::value* names = artifact.meta->if_contains("modules"); names && names->is_array())
    for (const json::value& name : names->as_array())
      kernel.modules.push_back(artifact.folder / "modules" / json::value_to<std::string>(name));
  kernel.version = text("version");
  kernel.release = text("release");
  kernel.source = source.text();
  kernel.compiler = text("compiler");
  kernel.key = artifact.key;
  auto hash = base::sha256_file(kernel.image.string());
  if (!hash) return infra(hash.error());
  kernel.image_sha256 = *hash;
  if (!kernel.config.empty())
    if (auto config_hash = base::sha256_file(kernel.config.string()))
      kernel.config_sha256 = *config_hash;
  kernel.artifact = std::move(artifact);
  return kernel;
}

std::expected<KernelArtifact, BuildFailure> from_debian(const model::SourceRef& source,
                                                        const model::Machine& machine,
                                                        BuildContext& context) {
  if (machine.arch != model::Arch::x86_64)
    return mistake(
        fmt::format("{} is an x86_64 kernel, and the machine is {}", source.text(), machine.id),
        "choose --machine x86_64, or a source that is built");
  DebianArchive archive(context.cache.root() / "apt", context.runner);
  auto package = archive.find_image(source.location);
  if (!package) {
    if (!package.error().user.empty())
      return std::unexpected(
          BuildFailure{.kind = BuildFailure::Kind::user, .diagnostics = package.error().user});
    return infra(package.error().host);
  }
  const std::string key =
      base::sha256_hex(fmt::format("2 {} {}", package->name, package->version)).substr(0, 40);
  if (auto artifact = context.cache.find("prebuilt", key))
    return describe(std::move(*artifact), source);
  auto slot = context.cache.open("prebuilt", key);
  if (!slot) return infra(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), source);
  auto unpacked = base::TemporaryDirectory::create(context.cache.root(), "unpack");
  if (!unpacked) return infra(unpacked.error());
  if (context.on_progress) context.on_progress({"fetching " + package->name, 0, 0});
  if (auto done = archive.unpack(*package, unpacked->path()); !done) return infra(done.error());
  const fs::path root = unpacked->path();
  const fs::path image = first_below(root / "boot", "vmlinuz-");
  if (image.empty()) return infra({"there is no kernel image in " + package->name});
  // Debian moved /lib into /usr/lib during these releases.
  fs::path modules = first_below(root / "lib/modules", "");
  if (modules.empty() && fs::exists(root / "usr/lib/modules")) {
    std::error_code ignored;
    fs::create_directories(root / "lib", ignored);
    fs::rename(root / "usr/lib/modules", root / "lib/modules", ignored);
    modules = first_below(root / "lib/modules", "");
  }
  auto artifact =
      keep(*slot, image, first_below(root / "boot", "config-"), modules,
           {{"summary", package->name + " " + package->version}, {"version", package->version}},
           context);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  auto kernel = describe(std::move(*artifact), source);
  if (kernel) kernel->built_now = true;
  return kernel;
}

std::expected<KernelArtifact, BuildFailure> from_path(const model::SourceRef& source,
                                                      BuildContext& context) {
  const fs::path given = source.location;
  fs::path image = given, modules, config;
  if (fs::is_directory(given)) {
    for (const char* name : {"vmlinuz", "bzImage", "Image", "vmlinux", "arch/x86/boot/bzImage",
                             "arch/arm64/boot/Image"})
      if (fs::exists(given / name)) {
        image = given / name;
        break;
      }
    if (image == given)
      return mistake(given.string() + " holds no kernel image",
                     "name the image file: bzImage, Image or vmlinux");
    modules = first_below(given / "lib/modules", "");
    if (fs::exists(given / ".config")) config = given / ".config";
  } else if (!fs::exists(given)) {
    return mistake("there is no kernel image " + given.string());
  } else if (fs::is_directory(given.string() + ".modules")) {
    modules = first_below(fs::path(given.string() + ".modules") / "lib/modules", "");
  }
  auto hash = base::sha256_file(image.string());
  if (!hash) return infra(hash.error());
  base::Sha256 key_hash;
  key_hash.field("prebuilt 2").field(*hash).field(modules.string());
  const std::string key = key_hash.hex().substr(0, 40);
  if (auto artifact = context.cache.find("prebuilt", key))
    return describe(std::move(*artifact), source);
  auto slot = context.cache.open("prebuilt", key);
  if (!slot) return infra(slot.error());
  if (slot->artifact()) return describe(*slot->artifact(), source);
  auto artifact = keep(*slot, image, config, modules,
                       {{"summary", image.string()}, {"version", "prebuilt"}}, context);
  if (!artifact) return std::unexpected(std::move(artifact.error()));
  return describe(std::move(*artifact), source);
}

}  // namespace

std::expected<KernelArtifact, BuildFailure> prebuilt_kernel(const model::SourceRef& source,
                                                            const model::Machine& machine,
                                                            BuildContext& context) {
  return source.kind == model::SourceRef::Kind::prebuilt_debian
             ? from_debian(source, machine, context)
             : from_path(source, context);
}

}  // namespace kernel
