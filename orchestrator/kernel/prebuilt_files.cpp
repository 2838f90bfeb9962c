// SPDX-License-Identifier: Apache-2.0
#include "kernel/prebuilt_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace kernel {
namespace {

namespace fs = base::fs;

std::vector<fs::path> below(const fs::path& folder, std::string_view prefix = {}) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(folder, ignored))
    if (item.path().filename().string().starts_with(prefix)) found.push_back(item.path());
  std::ranges::sort(found);
  return found;
}

// The first of `candidates` that is a file. Debian's packages hold links to the outside: they do not count.
fs::path first_file(const std::vector<fs::path>& candidates) {
  std::error_code ignored;
  for (const fs::path& path : candidates)
    if (fs::is_regular_file(path, ignored)) return path;
  return {};
}

// Of lib/modules: the release's folder, or the only one there is.
fs::path modules_in(const fs::path& root, const std::string& release) {
  std::error_code ignored;
  for (const char* place : {"lib/modules", "usr/lib/modules"}) {
    if (!release.empty() && fs::is_directory(root / place / release, ignored)) return root / place / release;
    if (const auto all = below(root / place); all.size() == 1 && fs::is_directory(all[0], ignored)) return all[0];
  }
  return {};
}

// "vmlinuz-6.12.9-cloud-amd64" to "6.12.9-cloud-amd64".
std::string release_of(const fs::path& image) {
  const std::string name = image.filename().string();
  const std::size_t dash = name.find('-');
  return dash == std::string::npos ? std::string() : name.substr(dash + 1);
}

// The build tree whose product `image` is; empty if it is none.
fs::path build_tree_of(const fs::path& image, const model::Machine& machine) {
  const fs::path inside(machine.kernel_image);
  fs::path tree = fs::absolute(image).lexically_normal();
  for (auto part = std::distance(inside.begin(), inside.end()); part > 0; --part) tree = tree.parent_path();
  std::error_code ignored;
  return fs::exists(tree / ".config", ignored) && fs::equivalent(tree / inside, image, ignored) ? tree : fs::path();
}

std::string head_of(const fs::path& image) {
  std::string head(4096, '\0');
  const base::UniqueFd fd(::open(image.c_str(), O_RDONLY | O_CLOEXEC));
  const ssize_t n = fd ? ::read(fd.get(), head.data(), head.size()) : 0;
  head.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return head;
}

fs::path image_in(const fs::path& folder, const model::Machine& machine) {
  std::vector<fs::path> candidates{folder / machine.kernel_image, folder / machine.kernel_target,
                                   folder / "vmlinuz", folder / "Image", folder / "vmlinux"};
  for (const fs::path& place : {folder, folder / "boot"})
    for (fs::path& image : below(place, "vmlinuz-")) candidates.push_back(std::move(image));
  return first_file(candidates);
}

}  // namespace

std::string architecture_of_image(std::string_view head) {
  const auto has = [&](std::size_t at, std::string_view magic) {
    return head.size() >= at + magic.size() && head.substr(at, magic.size()) == magic;
  };
  if (has(0x202, "HdrS")) return "x86_64";
  if (has(56, "ARM\x64")) return "arm64";
  if (!has(0, "\x7f" "ELF") || head.size() < 20) return {};
  const bool big = head[5] == 2;
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(head[at]); };
  switch (big ? byte(18) << 8 | byte(19) : byte(19) << 8 | byte(18)) {
    case 62: return "x86_64";
    case 183: return "arm64";
    case 20: return "ppc32";
    case 21: return "ppc64";
    default: return {};
  }
}

base::Result<PrebuiltFiles> find_prebuilt(const fs::path& given, const model::Machine& machine) {
  std::error_code ignored;
  if (!fs::exists(given, ignored)) return base::fail("there is no kernel image " + given.string());
  const bool folder = fs::is_directory(given, ignored);
  PrebuiltFiles files{.image = folder ? image_in(given, machine) : given};
  if (files.image.empty())
    return base::fail(given.string() + " holds no kernel image",
                      fmt::format("name the image file, or a folder with {} or vmlinuz-RELEASE", machine.kernel_target));
  if (!fs::is_regular_file(files.image, ignored))
    return base::fail(files.image.string() + " is not a file", "name a kernel image");
  if (const std::string arch = architecture_of_image(head_of(files.image));
      !arch.empty() && arch != model::to_string(machine.arch))
    return base::fail(fmt::format("{} is a kernel for {}, and the machine is {}", files.image.string(), arch, machine.id),
                      fmt::format("choose machines with --arch {}, or another kernel", arch));

  const fs::path beside = files.image.parent_path(), tree = build_tree_of(files.image, machine);
  const std::string release = release_of(files.image), image = files.image.string();
  std::vector<fs::path> configs{image + ".config"};
  if (!release.empty()) configs.push_back(beside / ("config-" + release));
  if (!tree.empty()) configs.push_back(tree / ".config");
  for (const fs::path& place : {beside, folder ? given : beside})
    for (const char* name : {".config", "config"}) configs.push_back(place / name);
  files.config = first_file(configs);
  if (files.config.empty())
    return base::fail(fmt::format("there is no configuration with the kernel {}", image),
                      fmt::format("put its .config beside it, as {}.config: the lab must know what it has",
                                  files.image.filename().string()));

  std::vector<fs::path> roots{image + ".modules"};
  if (folder) roots.push_back(given);
  if (beside != "/boot") roots.push_back(beside);
  for (const fs::path& root : roots)
    if (files.modules.empty()) files.modules = modules_in(root, release);
  const fs::path system = fs::absolute(beside).parent_path() / "lib/modules" / release;
  if (files.modules.empty() && !release.empty() && fs::is_directory(system, ignored)) files.modules = system;
  return files;
}

std::optional<base::Error> why_no_guest(const ConfigValues& config, const std::vector<std::string>& modules,
                                        const model::Machine& machine) {
  struct Need {
    const char *option, *module, *why;
  };
  const Need needs[] = {
      {"BLK_DEV_INITRD", "", "it cannot take the lab's initramfs"},
      {"DEVTMPFS", "", "its devices would have no names"},
      machine.virtio_is_mmio ? Need{"VIRTIO_MMIO", "virtio_mmio", "it has no virtio, over which results travel"}
                             : Need{"VIRTIO_PCI", "virtio_pci", "it has no virtio, over which results travel"},
      {"VIRTIO_CONSOLE", "virtio_console", "it has no port for the results"},
  };
  for (const auto& [option, module, why] : needs) {
    const auto it = config.find(option);
    const std::string value = it == config.end() ? "n" : it->second;
    if (value == "y") continue;
    if (value != "m")
      return base::Error{fmt::format("this kernel lacks CONFIG_{}: {}", option, why), "build one with it"};
    const std::string ending = fmt::format("-{}.ko", module);
    if (std::ranges::none_of(modules, [&](const std::string& name) { return name.ends_with(ending); }))
      return base::Error{fmt::format("this kernel has {} as a module, and its modules are not there", module),
                         "put lib/modules/RELEASE (make modules_install INSTALL_MOD_PATH=...) beside the image, or below "
                         "IMAGE.modules"};
  }
  return std::nullopt;
}

}  // namespace kernel
