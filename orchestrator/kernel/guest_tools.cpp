// SPDX-License-Identifier: Apache-2.0
#include "kernel/guest_tools.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// Every file below `folders` that decides a build, by name and content.
base::Result<std::string> sources_identity(const std::vector<fs::path>& folders) {
  base::Sha256 hash;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
      const std::string extension = entry->path().extension();
      if (extension == ".c" || extension == ".h" || extension == ".S" ||
          entry->path().filename() == "Makefile")
        files.push_back(entry->path());
    }
    if (error) return base::fail("cannot read " + folder.string() + ": " + error.message());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      auto content = base::read_file(file);
      if (!content) return std::unexpected(content.error());
      hash.field(folder.filename().string()).field(file.filename().string()).field(*content);
    }
  }
  return hash.hex();
}

struct Recipe {
  std::string_view kind;               // of the artefact
  std::string_view script;             // in images/recipes/
  std::vector<std::string_view> also;  // files the script reads
  std::vector<std::string> packages;   // whose sources it wants
  std::string_view output;             // folder in the artefact it fills
};

base::Result<std::string> recipe_key(const GuestToolsHost& host, const Recipe& recipe,
                                     const fs::path& recipes, const model::Machine& machine) {
  auto toolchain = toolchain_identity(host.runner, machine.cross_compile);
  if (!toolchain) return std::unexpected(toolchain.error());
  base::Sha256 key;
  key.field(recipe.kind).field(machine.cross_compile).field(*toolchain);
  std::vector<std::string_view> files{recipe.script};
  files.insert(files.end(), recipe.also.begin(), recipe.also.end());
  for (const std::string_view name : files) {
    auto text = base::read_file(recipes / name);
    if (!text) return std::unexpected(text.error());
    key.field(name).field(*text);
  }
  return key.hex();
}

// "lib/libnuma.a SHA256" per library and the versions they came from: selftests that link them are
// keyed by it.
base::Result<void> write_library_list(const fs::path& folder, const fs::path& sources) {
  std::vector<std::string> lines;
  std::error_code error;
  for (fs::directory_iterator entry(folder / "lib", error);
       !error && entry != fs::directory_iterator(); entry.increment(error)) {
    auto digest = base::sha256_file(entry->path().string());
    if (!digest) return std::unexpected(digest.error());
    lines.push_back("lib/" + entry->path().filename().string() + " " + *digest);
  }
  if (error) return base::fail("cannot read " + (folder / "lib").string() + ": " + error.message());
  std::ranges::sort(lines);
  if (auto versions = base::read_file(sources / "versions")) lines.push_back(*versions);
  return base::write_file_atomic(folder / "manifest", base::join(lines, "\n"));
}

base::Result<GuestToolsArtifact> build_by_recipe(const GuestToolsHost& host, const Recipe& recipe,
                                                 const fs::path& recipes,
                                                 const model::Machine& machine) {
  auto key = recipe_key(host, recipe, recipes, machine);
  if (!key) return std::unexpected(key.error());
  const std::string kind(recipe.kind);
  const std::string summary = kind + " for " + std::string(model::to_string(machine.arch));
  auto entry =
      find_or_make(host, kind, *key, summary, [&](const fs::path& fresh) -> base::Result<void> {
        auto sources = guest_tool_sources(host);
        if (!sources) return std::unexpected(sources.error());
        const fs::path unpacked = fresh / "work/sources";
        std::error_code error;
        const fs::path output = recipe.output.empty() ? fresh : fresh / recipe.output;
        fs::create_directories(unpacked, error);
        fs::create_directories(output, error);
        if (auto done = unpack_sources(host, sources->folder, recipe.packages, unpacked); !done)
          return done;
        Command command = command_of({"sh", (recipes / recipe.script).string()}, fresh / "work");
        command.log_file = fresh / "build.log";
        for (const auto& [name, value] :
             {std::pair<std::string, std::string>{"CROSS_COMPILE", machine.cross_compile},
              {"SOURCES", unpacked.string()},
              {"OUT", output.string()},
              {"WORK", (fresh / "work").string()},
              {"JOBS", std::to_string(host.jobs)}})
          command.environment.emplace_back(name, value);
        auto done = run_or_fail(host.runner, command);
        if (!done)
          return std::unexpected(
              std::move(done.error()).while_doing("building " + std::string(recipe.kind)));
        fs::remove_all(fresh / "work", error);
        if (recipe.output.empty()) return write_library_list(fresh, sources->folder);
        return {};
      });
  if (!entry) return std::unexpected(entry.error());
  return GuestToolsArtifact{.folder = entry->folder, .identity = *key, .entry = *entry};
}

// One program with a Makefile of its own, in the first of `folders`.
struct Program {
  std::string kind;
  std::string key;                   // with a version, for changes that the sources do not show
  std::vector<std::string> folders;  // below guest-tools, that decide what it is
  std::string output;                // its name
};

base::Result<GuestToolsArtifact> build_by_make(const GuestToolsHost& host, const Program& program,
                                               const fs::path& guest_tools, const model::Machine& machine) {
  auto toolchain = toolchain_identity(host.runner, machine.cross_compile);
  if (!toolchain) return std::unexpected(toolchain.error());
  std::vector<fs::path> folders;
  for (const std::string& folder : program.folders) folders.push_back(guest_tools / folder);
  auto sources = sources_identity(folders);
  if (!sources) return std::unexpected(sources.error());
  const std::string key =
      base::Sha256().field(program.key).field(machine.cross_compile).field(*toolchain).field(*sources).hex();
  const std::string summary = program.kind + " for " + std::string(model::to_string(machine.arch));
  auto entry = find_or_make(host, program.kind, key, summary, [&](const fs::path& fresh) -> base::Result<void> {
    const fs::path work = fresh / "work";
    auto done = run_or_fail(host.runner, command_of({"make", "-s", "-j" + std::to_string(host.jobs), "-C",
                                                     folders.front().string(),
                                                     "CROSS_COMPILE=" + std::string(machine.cross_compile),
                                                     "OUT=" + work.string()}));
    if (!done) return std::unexpected(std::move(done.error()).while_doing("building " + program.kind));
    std::error_code error;
    fs::rename(work / program.output, fresh / program.output, error);
    if (error)
      return base::fail("the Makefile of " + program.kind + " made no " + program.output + ": " + error.message());
    fs::remove_all(work, error);
    return {};
  });
  if (!entry) return std::unexpected(entry.error());
  return GuestToolsArtifact{.folder = entry->folder, .identity = key, .entry = *entry};
}

}  // namespace

base::Result<GuestToolsArtifact> build_guest_tools(const GuestToolsHost& host,
                                                   const fs::path& guest_tools,
                                                   const model::Machine& machine) {
  return build_by_make(host, {.kind = "agent", .key = "vmlab-agent-1", .folders = {"agent", "wire"}, .output = "init"},
                       guest_tools, machine);
}

base::Result<GuestToolsArtifact> build_benchmarks(const GuestToolsHost& host,
                                                  const fs::path& guest_tools,
                                                  const model::Machine& machine) {
  return build_by_make(host, {.kind = "bench", .key = "vmlab-bench-1", .folders = {"bench"}, .output = "vmlab-bench"},
                       guest_tools, machine);
}

base::Result<GuestToolsArtifact> build_guest_libraries(const GuestToolsHost& host,
                                                       const fs::path& recipes,
                                                       const model::Machine& machine) {
  return build_by_recipe(host,
                         {.kind = "sysroot",
                          .script = "libraries.sh",
                          .also = {},
                          .packages = {"numactl", "libcap2", "liburing"},
                          .output = ""},
                         recipes, machine);
}

base::Result<GuestToolsArtifact> build_guest_shell(const GuestToolsHost& host,
                                                   const fs::path& recipes,
                                                   const model::Machine& machine) {
  return build_by_recipe(host,
                         {.kind = "shell",
                          .script = "shell.sh",
                          .also = {"busybox.config"},
                          .packages = {"busybox", "bash"},
                          .output = "root"},
                         recipes, machine);
}

}  // namespace kernel
