// SPDX-License-Identifier: Apache-2.0
#include "kernel/modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/program.h"
#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// "kernel/drivers/virtio/virtio_pci.ko.xz" to "virtio_pci"; '-' and '_' are the same in module
// names.
std::string module_name(std::string_view file) {
  file = file.substr(file.rfind('/') == file.npos ? 0 : file.rfind('/') + 1);
  std::string name(file.substr(0, file.find(".ko")));
  std::ranges::replace(name, '-', '_');
  return name;
}

void visit(const std::map<std::string, std::vector<std::string>>& needs, const std::string& file,
           std::set<std::string>& seen, std::vector<std::string>& order) {
  if (!seen.insert(file).second) return;
  if (const auto it = needs.find(file); it != needs.end())
    for (const std::string& other : it->second) visit(needs, other, seen, order);
  order.push_back(file);
}

}  // namespace

const std::vector<std::string>& guest_modules() {
  static const std::vector<std::string> kNames{
      "virtio_pci", "virtio_mmio", "virtio_console", "virtio_blk",
      // ext4 and xfs ask the crypto API for it by name, and no modprobe is there to answer.
      "crc32c_generic", "crc32c_cryptoapi", "ext4", "xfs",
      "lzo_rle", "zram", "hwpoison_inject", "test_hmm"};
  return kNames;
}

std::vector<std::string> load_order(std::string_view modules_dep,
                                    const std::vector<std::string>& wanted) {
  std::map<std::string, std::vector<std::string>> needs;
  std::map<std::string, std::string> file_of;
  for (std::string_view line : base::split_lines(modules_dep)) {
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string file(base::trim(line.substr(0, colon)));
    if (!file.contains(".ko") || file.contains(' ')) continue;
    file_of.emplace(module_name(file), file);
    auto words = base::split_words(line.substr(colon + 1));
    // depmod lists the deepest dependency last.
    for (auto it = words.rbegin(); it != words.rend(); ++it) needs[file].emplace_back(*it);
  }
  std::set<std::string> seen;
  std::vector<std::string> order;
  for (const std::string& name : wanted)
    if (const auto it = file_of.find(name); it != file_of.end())
      visit(needs, it->second, seen, order);
  return order;
}

base::Result<std::vector<std::string>> needed_modules(const fs::path& folder,
                                                      CommandRunner& runner) {
  if (fs::exists(folder / "modules.dep")) {
    auto text = base::read_file(folder / "modules.dep", 64 << 20);
    if (!text) return std::unexpected(text.error());
    return load_order(*text, guest_modules());
  }
  // A package's modules.dep is made when it is installed; here nobody installs, and the folder may be a
  // user's: depmod only says what it would write. Behind modules.dep come other files; their lines name no module
  // before a colon.
  const fs::path root = folder.parent_path().parent_path().parent_path();
  auto said = run_or_fail(
      runner, {.program = base::find_system_program("depmod").value_or("depmod").string(),
               .arguments = {"-n", "-b", root.string(), folder.filename().string()},
               .capture = true});
  if (!said) return std::unexpected(said.error());
  return load_order(*said, guest_modules());
}

base::Result<std::vector<std::string>> collect_modules(const fs::path& folder,
                                                       const fs::path& destination,
                                                       CommandRunner& runner) {
  auto needed = needed_modules(folder, runner);
  if (!needed) return std::unexpected(needed.error());
  std::vector<std::string> names;
  std::error_code error;
  fs::create_directories(destination, error);
  for (const std::string& file : *needed) {
    const std::string name = fmt::format("{:02}-{}.ko", names.size(), module_name(file));
    const fs::path source = folder / file;
    const std::string unpacker = file.ends_with(".xz")    ? "xz"
                                 : file.ends_with(".zst") ? "zstd"
                                 : file.ends_with(".gz")  ? "gzip"
                                                          : "";
    if (unpacker.empty()) {
      fs::copy_file(source, destination / name, fs::copy_options::overwrite_existing, error);
      if (error) return base::fail(fmt::format("copying {}: {}", source.string(), error.message()));
    } else {
      auto plain = run_or_fail(
          runner, {.program = unpacker, .arguments = {"-dc", source.string()}, .capture = true});
      if (!plain) return std::unexpected(plain.error());
      if (auto written = base::write_file_atomic(destination / name, *plain); !written)
        return std::unexpected(written.error());
    }
    names.push_back(name);
  }
  return names;
}

}  // namespace kernel
