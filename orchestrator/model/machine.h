// SPDX-License-Identifier: Apache-2.0
// The machines: an architecture with its MMU mode, one row each in machine.cpp. Everything that differs
// between machines, for the kernel build, the selftests and QEMU, is a column there with its reason.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace model {

enum class Arch { x86_64, arm64, ppc64, ppc32 };
std::string_view to_string(Arch arch);
std::optional<Arch> arch_from(std::string_view name);

struct Machine {
  std::string_view id;  // "ppc64-hash4k"
  Arch arch;

  // The kernel build.
  std::string_view kbuild_arch;       // make ARCH=
  std::string_view cross_compile;     // make CROSS_COMPILE=; also the compiler of agent and selftests
  std::string_view kernel_target;     // make target: "bzImage"
  std::string_view kernel_image;      // path in the build tree
  std::string_view config_fragments;  // files in images/config/, separated by blanks, after base.config
  std::string_view selftest_arch;     // ARCH= for tools/testing/selftests; the wrong one drops tests silently

  // QEMU.
  std::string_view qemu;           // program
  std::string_view machine_type;   // -M
  std::string_view machine_exact;  // appended to -M under the instruction clock
  std::string_view cpu;            // -cpu
  // Appended to -cpu where QEMU emulates it. x86's fast string instructions are the slow ones there: a step a byte, eight
  // times what clearing a page takes without them, in time and on the instruction clock.
  std::string_view cpu_emulated;
  std::string_view cpu_emulated_8;  // the same, for names that QEMU knows since 8.0
  std::string_view cpu_exact;       // appended to -cpu under the instruction clock
  std::string_view console;        // console= on the kernel command line
  std::string_view virtio_serial;  // the virtio-serial device; its ports need a bus of their own
  bool virtio_is_mmio;             // ioeventfd is switched per transport, not per device
  std::uint64_t default_memory;    // bytes
  int default_vcpus;
  std::string_view hugepage_sizes;  // hugetlb sizes its kernel offers, smallest first, separated by blanks
  std::string_view default_hugepage;  // the one that /proc/meminfo calls Hugepagesize
  bool powers_off;  // false: the host must end QEMU when the agent has said goodbye
  bool restores;    // whether a snapshot comes back (ppce500 lacks migration state)
};

std::span<const Machine> machines();
const Machine* find_machine(std::string_view id);
std::vector<std::string> machine_ids();
std::vector<std::uint64_t> hugepage_sizes(const Machine& machine);  // bytes, smallest first
std::uint64_t default_hugepage(const Machine& machine);             // bytes

}  // namespace model
