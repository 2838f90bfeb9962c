// SPDX-License-Identifier: Apache-2.0
#include "model/machine.h"

#include <array>

#include "base/text.h"
#include "base/units.h"

namespace model {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// Without cap-hpt-max-page-size=16M a power8 guest offers no 16M pages and every huge page case skips.
// The other capabilities are ones TCG cannot give: asked for, QEMU only warns, but on every start.
#define VMLAB_PSERIES \
  "pseries,cap-hpt-max-page-size=16M,cap-cfpc=broken,cap-sbbc=broken,cap-ibs=broken,cap-ccf-assist=off"

constexpr std::array<Machine, 5> kMachines{{
    {
        .id = "x86_64", .arch = Arch::x86_64,
        .kbuild_arch = "x86", .cross_compile = "", .kernel_target = "bzImage",
        .kernel_image = "arch/x86/boot/bzImage", .config_fragments = "x86_64.config",
        .selftest_arch = "x86_64",
        .qemu = "qemu-system-x86_64", .machine_type = "q35", .machine_exact = "",
        .cpu = "max", .cpu_emulated = ",-erms,-fsrm", .cpu_emulated_8 = ",-fsrs,-fzrm",
        .cpu_exact = ",-rdrand,-rdseed", .console = "ttyS0",
        .virtio_serial = "virtio-serial-pci", .virtio_is_mmio = false,
        .default_memory = 2 * kGiB, .default_vcpus = 2,
        .hugepage_sizes = "2M 1G", .default_hugepage = "2M",
        .powers_off = true, .restores = true,
    },
    {
        .id = "arm64", .arch = Arch::arm64,
        .kbuild_arch = "arm64", .cross_compile = "aarch64-linux-gnu-", .kernel_target = "Image",
        .kernel_image = "arch/arm64/boot/Image", .config_fragments = "arm64.config",
        .selftest_arch = "arm64",
        .qemu = "qemu-system-aarch64", .machine_type = "virt", .machine_exact = ",dtb-randomness=off",
        .cpu = "cortex-a72", .cpu_emulated = "", .cpu_emulated_8 = "", .cpu_exact = "", .console = "ttyAMA0",
        .virtio_serial = "virtio-serial-device", .virtio_is_mmio = true,
        .default_memory = 2 * kGiB, .default_vcpus = 2,
        .hugepage_sizes = "64K 2M 32M 1G", .default_hugepage = "2M",
        .powers_off = true, .restores = true,
    },
    {
        .id = "ppc64-hash4k", .arch = Arch::ppc64,
        .kbuild_arch = "powerpc", .cross_compile = "powerpc64-linux-gnu-", .kernel_target = "vmlinux",
        .kernel_image = "vmlinux", .config_fragments = "ppc64.config",
        .selftest_arch = "powerpc",
        .qemu = "qemu-system-ppc64", .machine_type = VMLAB_PSERIES, .machine_exact = "",
        .cpu = "power8", .cpu_emulated = "", .cpu_emulated_8 = "", .cpu_exact = "", .console = "hvc0",
        .virtio_serial = "virtio-serial-pci", .virtio_is_mmio = false,
        // 16G pages exist too, on machines larger than a laptop's guest.
        .default_memory = 2 * kGiB, .default_vcpus = 2,
        .hugepage_sizes = "16M", .default_hugepage = "16M",
        .powers_off = true, .restores = true,
    },
    {
        // The same kernel as hash4k: power9 makes it choose the radix MMU.
        .id = "ppc64-radix4k", .arch = Arch::ppc64,
        .kbuild_arch = "powerpc", .cross_compile = "powerpc64-linux-gnu-", .kernel_target = "vmlinux",
        .kernel_image = "vmlinux", .config_fragments = "ppc64.config",
        .selftest_arch = "powerpc",
        .qemu = "qemu-system-ppc64", .machine_type = VMLAB_PSERIES, .machine_exact = "",
        .cpu = "power9", .cpu_emulated = "", .cpu_emulated_8 = "", .cpu_exact = "", .console = "hvc0",
        .virtio_serial = "virtio-serial-pci", .virtio_is_mmio = false,
        .default_memory = 2 * kGiB, .default_vcpus = 2,
        .hugepage_sizes = "2M 1G", .default_hugepage = "2M",
        .powers_off = true, .restores = true,
    },
    {
        // e500mc, not e500v2: Debian's powerpc libc needs a classic FPU.
        .id = "ppc32-e500", .arch = Arch::ppc32,
        .kbuild_arch = "powerpc", .cross_compile = "powerpc-linux-gnu-", .kernel_target = "vmlinux",
        .kernel_image = "vmlinux", .config_fragments = "ppc32.config",
        .selftest_arch = "powerpc",
        .qemu = "qemu-system-ppc", .machine_type = "ppce500", .machine_exact = "",
        .cpu = "e500mc", .cpu_emulated = "", .cpu_emulated_8 = "", .cpu_exact = "", .console = "ttyS0",
        .virtio_serial = "virtio-serial-pci", .virtio_is_mmio = false,
        .default_memory = 1 * kGiB, .default_vcpus = 1,
        .hugepage_sizes = "4M 16M 64M 256M 1G", .default_hugepage = "4M",
        .powers_off = false, .restores = false,
    },
}};

#undef VMLAB_PSERIES

struct ArchName {
  Arch arch;
  std::string_view name;
};
constexpr std::array<ArchName, 4> kArchNames{{{Arch::x86_64, "x86_64"},
                                              {Arch::arm64, "arm64"},
                                              {Arch::ppc64, "ppc64"},
                                              {Arch::ppc32, "ppc32"}}};

}  // namespace

std::string_view to_string(Arch arch) { return kArchNames[static_cast<std::size_t>(arch)].name; }

std::optional<Arch> arch_from(std::string_view name) {
  for (const ArchName& entry : kArchNames)
    if (entry.name == name) return entry.arch;
  if (name == "x86-64") return Arch::x86_64;
  if (name == "aarch64") return Arch::arm64;
  return std::nullopt;
}

std::span<const Machine> machines() { return kMachines; }

const Machine* find_machine(std::string_view id) {
  for (const Machine& machine : kMachines)
    if (machine.id == id) return &machine;
  return nullptr;
}

std::vector<std::uint64_t> hugepage_sizes(const Machine& machine) {
  std::vector<std::uint64_t> sizes;
  for (const std::string_view word : base::split_words(machine.hugepage_sizes))
    sizes.push_back(base::parse_size(word).value());
  return sizes;
}

std::uint64_t default_hugepage(const Machine& machine) { return base::parse_size(machine.default_hugepage).value(); }

std::vector<std::string> machine_ids() {
  std::vector<std::string> ids;
  for (const Machine& machine : kMachines) ids.emplace_back(machine.id);
  return ids;
}

}  // namespace model
