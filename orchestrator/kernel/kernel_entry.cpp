// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_entry.h"

#include <boost/json/array.hpp>
#include <boost/json/value_to.hpp>

#include "base/hash.h"

namespace kernel {
namespace {

namespace fs = base::fs;
namespace json = boost::json;

}  // namespace

base::Result<json::object> kernel_meta(const fs::path& scratch, const std::string& image,
                                       const std::vector<std::string>& modules, json::object more) {
  auto image_hash = base::sha256_file((scratch / image).string());
  if (!image_hash) return std::unexpected(image_hash.error());
  auto config_hash = base::sha256_file((scratch / kConfigFile).string());
  if (!config_hash) return std::unexpected(config_hash.error());
  more["image"] = image;
  more["image_sha256"] = *image_hash;
  more["config_sha256"] = *config_hash;
  more["modules"] = json::array(modules.begin(), modules.end());
  return more;
}

KernelArtifact kernel_of(Artifact artifact) {
  const auto text = [&](const char* name) {
    const json::value* value = artifact.meta->if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  std::error_code ignored;
  KernelArtifact kernel;
  kernel.image = artifact.folder / text("image");
  kernel.config = artifact.folder / kConfigFile;
  if (fs::exists(artifact.folder / kVmlinuxFile, ignored))
    kernel.vmlinux = artifact.folder / kVmlinuxFile;
  if (const json::value* names = artifact.meta->if_contains("modules"); names && names->is_array())
    for (const json::value& name : names->as_array())
      kernel.modules.push_back(artifact.folder / kModulesFolder /
                               json::value_to<std::string>(name));
  kernel.version = text("version");
  kernel.release = text("release");
  kernel.key = artifact.key;
  kernel.image_sha256 = text("image_sha256");
  kernel.config_sha256 = text("config_sha256");
  kernel.compiler = text("compiler");
  kernel.artifact = std::move(artifact);
  return kernel;
}

}  // namespace kernel
