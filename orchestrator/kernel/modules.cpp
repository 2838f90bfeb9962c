// SPDX-License-Identifier: Apache-2.0
#include "kernel/modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

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
      "virtio_pci", "virtio_mmio", "virtio_console", "virtio_blk",      "8250",    "ext4",
      "xfs",        "zram",        "lzo_rle",        "hwpoison_inject", "test_hmm"};
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

base::Result<std::vector<std::string>> collect_modules(const fs::path& folder,
                                                       const fs::path& destination,
                                                       CommandRunner& runner) {
  std::vector<std::string> names;
  if (!fs::exists(folder / "modules.dep")) {
    // A package's modules.dep is made when it is installed; here nobody installs.
    const fs::path root = folder.parent_path().parent_path().parent_path();
    Command depmod{.program = "depmod",
                   .arguments = {"-b", root.string(), folder.filename().string()}};
    if (!fs::exists("/usr/bin/depmod") && fs::exists("/sbin/depmod"))
      depmod.program = "/sbin/depmod";
    if (auto done = run_or_fail(runner, depmod); !done) return std::unexpected(done.error());
  }
  auto text = base::read_file(folder / "modules.dep", 64 << 20);
  if (!text) return std::unexpected(text.error());
  std::error_code error;
  fs::create_directories(destination, error);
  for (const std::string& file : load_order(*text, guest_modules())) {
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
