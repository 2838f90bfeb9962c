// SPDX-License-Identifier: Apache-2.0
#include "kernel/recipe.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace kernel {

Command Recipe::make(std::vector<std::string> targets) const {
  const std::string cross(machine->cross_compile);
  Command command{.program = "make"};
  command.arguments = {"-C",
                       tree.string(),
                       "O=" + build_folder,
                       fmt::format("-j{}", jobs),
                       fmt::format("ARCH={}", machine->kbuild_arch),
                       "CROSS_COMPILE=" + cross,
                       fmt::format("CC={}{}gcc", use_ccache ? "ccache " : "", cross),
                       "LOCALVERSION="};
  if (debug_info) {
    const std::string map = fmt::format("-fdebug-prefix-map={}=.", build_path().string());
    command.arguments.push_back("KCFLAGS=" + map);
    command.arguments.push_back("KAFLAGS=" + map);
  }
  command.arguments.insert(command.arguments.end(), targets.begin(), targets.end());
  // Documentation/kbuild/reproducible-builds.rst.
  command.environment = {{"LC_ALL", "C"},
                         {"KBUILD_BUILD_TIMESTAMP", "Thu Jan  1 00:00:00 UTC 2026"},
                         {"KBUILD_BUILD_USER", "vmlab"},
                         {"KBUILD_BUILD_HOST", "vmlab"},
                         {"KBUILD_BUILD_VERSION", "1"},
                         {"SOURCE_DATE_EPOCH", "1767225600"}};
  // A developer's shell often has these set for other builds.
  command.unset = {"MAKEFLAGS",
                   "MFLAGS",
                   "MAKELEVEL",
                   "ARCH",
                   "CROSS_COMPILE",
                   "SUBARCH",
                   "KBUILD_OUTPUT",
                   "KCONFIG_CONFIG",
                   "KCFLAGS",
                   "KAFLAGS",
                   "KCPPFLAGS",
                   "KRUSTFLAGS",
                   "CFLAGS",
                   "LDFLAGS",
                   "CC",
                   "LD",
                   "LLVM",
                   "LLVM_IAS",
                   "V",
                   "W",
                   "C",
                   "M",
                   "KBUILD_EXTMOD",
                   "KBUILD_VERBOSE",
                   "KCONFIG_ALLCONFIG",
                   "KBUILD_MODNAME",
                   "INSTALL_MOD_PATH",
                   "LOCALVERSION",
                   "CPATH",
                   "C_INCLUDE_PATH"};
  return command;
}

std::string build_folder_name(const model::Machine& machine, const std::string& config_family,
                              const std::string& compiler) {
  base::Sha256 hash;
  hash.field(config_family).field(compiler);
  return fmt::format(".build-{}-{}", model::to_string(machine.arch), hash.hex().substr(0, 8));
}

std::string base_config_target(const std::string& base, const model::Machine& machine) {
  if (base != "def") return "tinyconfig";
  switch (machine.arch) {
    case model::Arch::x86_64:
      return "x86_64_defconfig";
    case model::Arch::arm64:
      return "defconfig";
    case model::Arch::ppc64:
      return "ppc64_defconfig";
    case model::Arch::ppc32:
      return "corenet32_smp_defconfig";
  }
  return "defconfig";
}

}  // namespace kernel
