// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests.h"

#include <algorithm>
#include <array>

#include "base/hash.h"
#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// Goes into every key: raise it when the recipe below would give other programs.
constexpr std::string_view kRecipe = "vmlab-selftests-1";

// What `uname -m` says on the machine itself.
std::string_view uname_machine(model::Arch arch) {
  switch (arch) {
    case model::Arch::x86_64:
      return "x86_64";
    case model::Arch::arm64:
      return "arm64";  // as the Makefile itself rewrites aarch64
    case model::Arch::ppc64:
      return "ppc64";
    case model::Arch::ppc32:
      return "ppc";
  }
  return "";
}

base::Result<void> failed(const std::string& doing, const std::error_code& error) {
  return base::fail("cannot " + doing + ": " + error.message());
}

base::Result<void> install(const fs::path& from, const fs::path& to, bool executable) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (!error) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (!error) fs::permissions(to, fs::perms(executable ? 0755 : 0644), error);
  if (error) return failed("copy " + from.string(), error);
  return {};
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

struct Folders {
  fs::path source;     // the collection in the mirror
  fs::path output;     // where make puts programs
  fs::path installed;  // the collection in the artefact
};

base::Result<void> collect(const SelftestInventory& inventory, const Folders& at,
                           const std::string& log, SelftestArtifact& artifact) {
  std::vector<std::string> missing;
  const auto take = [&](const std::string& name, const fs::path& from,
                        bool script) -> base::Result<void> {
    if (!is_file(from)) {
      missing.push_back(name);
      return {};
    }
    if (auto done = install(from, at.installed / name, true); !done) return done;
    auto digest = base::sha256_file((at.installed / name).string());
    if (!digest) return std::unexpected(digest.error());
    artifact.built.push_back({.name = name, .sha256 = *digest, .script = script});
    return {};
  };
  for (const std::string& name : inventory.programs)
    if (auto done = take(name, at.output / name, false); !done) return done;
  for (const auto* list : {&inventory.scripts, &inventory.files})
    for (const std::string& name : *list)
      if (auto done = take(name, at.source / name, true); !done) return done;
  for (const char* name : {"config", "settings"})
    if (is_file(at.source / name))
      if (auto done = install(at.source / name, at.installed / name, false); !done) return done;

  artifact.not_built = explain_missing(log, missing);
  for (const std::string& name : inventory.not_offered)
    artifact.not_built.push_back(
        {name,
         {std::string(kLeftOutByMakefile) +
          std::string(name.ends_with("_32")
                          ? "this compiler cannot build 32-bit programs (x86/check_cc.sh -m32)"
                          : "the compiler failed its check (x86/check_cc.sh)")}});
  for (const std::string& name : inventory.modules)
    artifact.not_built.push_back(
        {name, {std::string(kModuleOfSelftests) + ": the lab's kernels have none"}});
  std::ranges::sort(artifact.built, {}, &BuiltSelftest::name);
  std::ranges::sort(artifact.not_built, {}, &NotBuilt::program);
  return {};
}

base::Result<Artifact> kernel_headers(const GuestToolsHost& host, const SelftestTree& tree,
                                      const std::string& identity, const model::Machine& machine) {
  base::Sha256 key;
  key.field("vmlab-headers-2").field(identity).field(machine.kbuild_arch);
  const std::string summary = "kernel headers for " + std::string(machine.kbuild_arch);
  return find_or_make(
      host, "headers", key.hex(), summary, [&](const fs::path& folder) -> base::Result<void> {
        const fs::path mirror = folder / "src", build = folder / "build";
        if (auto done = mirror_tree(tree, mirror); !done) return done;
        std::error_code error;
        fs::create_directories(build, error);
        auto done =
            run_or_fail(host.runner, headers_command(mirror, machine, build, folder / "usr", host.jobs));
        if (!done)
          return std::unexpected(std::move(done.error()).while_doing("installing kernel headers"));
        fs::remove_all(build, error);
        fs::remove_all(mirror, error);
        return {};
      });
}

base::Result<void> make_collection(const GuestToolsHost& host, const SelftestTree& tree,
                                   std::string_view collection, const model::Machine& machine,
                                   const fs::path& headers, const fs::path& sysroot,
                                   const fs::path& folder) {
  const fs::path mirror = folder / "work/src";
  if (auto done = mirror_tree(tree, mirror); !done) return done;
  auto source = collection_folder(mirror, collection);
  if (!source) return std::unexpected(source.error());
  const Folders at{
      .source = *source, .output = folder / "work/out", .installed = folder / "root" / collection};
  std::error_code error;
  fs::create_directories(at.output, error);
  fs::create_directories(at.installed, error);

  Command make = selftests_command(machine, at.source, at.output, headers, sysroot, host.jobs);
  Command inventory = make;
  make.log_file = folder / "make.log";
  auto built = run_for_log(host.runner, make);  // its status says nothing: some programs may fail
  if (!built) return std::unexpected(built.error());
  const fs::path print = folder / "work/inventory.mk";
  if (auto done = base::write_file_atomic(print, inventory_makefile()); !done) return done;
  inventory.arguments.back() = "vmlab-inventory";
  inventory.arguments.insert(inventory.arguments.end(), {"-f", print.string()});
  inventory.capture = true;
  auto printed = run_or_fail(host.runner, inventory);
  if (!printed)
    return std::unexpected(
        std::move(printed.error()).while_doing("asking the Makefile what it builds"));

  SelftestArtifact artifact{.collection = std::string(collection)};
  if (auto done = collect(parse_inventory(*printed), at, *built, artifact); !done) return done;
  if (artifact.built.empty())
    return base::fail("no selftest of " + std::string(collection) + " was built:\n  " +
                      base::join(last_lines(*built, 12), "\n  "));
  // Scripts source ../kselftest/ktap_helpers.sh and the like.
  if (const fs::path shared = mirror / "tools/testing/selftests/kselftest";
      fs::is_directory(shared, error))
    fs::copy(shared, folder / "root/kselftest", fs::copy_options::recursive, error);
  if (error) return failed("copy the kselftest helpers", error);
  fs::remove_all(folder / "work", error);
  return base::write_file_atomic(folder / "manifest", selftest_manifest(artifact));
}

}  // namespace

const NotBuilt* SelftestArtifact::why_missing(std::string_view program) const {
  const auto found = std::ranges::find(not_built, program, &NotBuilt::program);
  return found == not_built.end() ? nullptr : &*found;
}

bool SelftestArtifact::has(std::string_view program) const {
  return std::ranges::find(built, program, &BuiltSelftest::name) != built.end();
}

Command headers_command(const fs::path& tree, const model::Machine& machine,
                        const fs::path& build, const fs::path& install, int jobs) {
  return command_of({"make", "-s", "-j" + std::to_string(jobs), "-C", tree.string(),
                     "O=" + build.string(), "ARCH=" + std::string(machine.kbuild_arch),
                     "INSTALL_HDR_PATH=" + install.string(), "headers_install"},
                    build);
}

Command selftests_command(const model::Machine& machine, const fs::path& folder,
                          const fs::path& output, const fs::path& headers, const fs::path& sysroot,
                          int jobs) {
  Command command = command_of(
      {"make", "-k", "-j" + std::to_string(jobs), "--output-sync=target",
       // Without ARCH the Makefile guesses from the prefix and drops tests silently; before 6.3 it
       // asked `uname -m` of the host and called the answer MACHINE.
       "ARCH=" + std::string(machine.selftest_arch),
       "MACHINE=" + std::string(uname_machine(machine.arch)),
       "CROSS_COMPILE=" + std::string(machine.cross_compile), "OUTPUT=" + output.string(),
       "KHDR_INCLUDES=-isystem " + (headers / "usr/include").string(),
       "LDFLAGS=-static" + (sysroot.empty() ? "" : " -L" + (sysroot / "lib").string()),
       // The rules for 64-bit pkey tests ignore LDFLAGS.
       "EXTRA_CFLAGS=-static" + (sysroot.empty() ? "" : " -L" + (sysroot / "lib").string()),
       // Modules need a configured kernel tree; they are reported instead.
       "TEST_GEN_MODS_DIR=", "all"},
      folder);
  // Not CFLAGS: check_config.sh probes for liburing with the bare compiler. gcc reads CPATH in
  // cross compilers too; LIBRARY_PATH it does not, hence -L above.
  if (!sysroot.empty()) command.environment.emplace_back("CPATH", (sysroot / "include").string());
  return command;
}

base::Result<SelftestArtifact> build_selftests(const GuestToolsHost& host, const SelftestTree& tree,
                                               std::string_view collection,
                                               const model::Machine& machine,
                                               const fs::path& sysroot) {
  // A typo is the user's mistake: found before anything is built.
  if (auto there = collection_folder(tree.folder, collection); !there)
    return std::unexpected(there.error());
  auto toolchain = toolchain_identity(host.runner, machine.cross_compile);
  if (!toolchain) return std::unexpected(toolchain.error());
  auto identity = selftest_identity(tree, machine.kbuild_arch);
  if (!identity) return std::unexpected(identity.error());
  base::Sha256 key;
  key.field(kRecipe).field(*identity).field(collection).field(machine.selftest_arch);
  key.field(machine.cross_compile).field(*toolchain);
  if (!sysroot.empty()) {
    auto libraries = base::read_file(sysroot / "manifest");
    if (!libraries) return std::unexpected(libraries.error());
    key.field(*libraries);
  }
  const std::string summary =
      std::string(collection) + " selftests for " + std::string(model::to_string(machine.arch));
  auto entry = find_or_make(
      host, "selftests", key.hex(), summary, [&](const fs::path& fresh) -> base::Result<void> {
        auto headers = kernel_headers(host, tree, *identity, machine);
        if (!headers) return std::unexpected(headers.error());
        return make_collection(host, tree, collection, machine, headers->folder, sysroot, fresh);
      });
  if (!entry) return std::unexpected(entry.error());
  auto text = base::read_file(entry->folder / "manifest");
  if (!text) return std::unexpected(text.error());
  auto artifact = parse_selftest_manifest(*text);
  if (!artifact) return artifact;
  artifact->root = entry->folder / "root";
  artifact->log = entry->folder / "make.log";
  artifact->entry = std::move(*entry);
  return artifact;
}

}  // namespace kernel
