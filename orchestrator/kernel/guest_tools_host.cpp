// SPDX-License-Identifier: Apache-2.0
#include "kernel/guest_tools_host.h"

#include <boost/json/object.hpp>

#include "base/hash.h"
#include "base/text.h"

namespace kernel {

base::Result<Artifact> find_or_make(
    const GuestToolsHost& host, const std::string& kind, const std::string& key,
    const std::string& summary,
    const std::function<base::Result<void>(const base::fs::path& folder)>& fill) {
  if (auto found = host.cache.find(kind, key)) return std::move(*found);
  auto slot = host.cache.open(
      kind, key, {.doing = "makes " + summary, .on_wait = host.on_wait, .runner = &host.runner});
  if (!slot) return std::unexpected(slot.error());
  if (slot->artifact()) return *slot->artifact();
  if (auto done = fill(slot->scratch()); !done) return std::unexpected(done.error());
  return slot->commit({{"summary", summary}});
}

Command command_of(std::vector<std::string> words, base::fs::path directory) {
  VMLAB_ASSERT(!words.empty());
  Command command;
  command.program = std::move(words.front());
  words.erase(words.begin());
  command.arguments = std::move(words);
  command.directory = std::move(directory);
  // A make of ours must not become a child of the make that may have started vmlab.
  command.unset = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"};
  command.environment = {{"LC_ALL", "C"}};
  return command;
}

base::Result<std::string> run_for_log(CommandRunner& runner, const Command& command) {
  std::string log;
  auto outcome = runner.run(command, [&](std::string_view line) {
    log += line;
    if (!line.ends_with('\n')) log += '\n';
  });
  if (!outcome) return std::unexpected(outcome.error());
  return log;
}

std::vector<std::string> last_lines(std::string_view text, std::size_t lines) {
  const auto all = base::split_lines(text);
  std::vector<std::string> kept;
  for (std::size_t i = all.size() > lines ? all.size() - lines : 0; i < all.size(); ++i)
    kept.push_back(base::printable(all[i]));
  return kept;
}

base::Result<std::string> toolchain_identity(CommandRunner& runner,
                                             std::string_view cross_compile) {
  const std::string compiler = std::string(cross_compile) + "gcc";
  const auto ask = [&](const char* question) {
    Command command = command_of({compiler, question});
    command.capture = true;
    return run_or_fail(runner, command);
  };
  auto version = ask("--version");
  if (!version)
    return base::fail(version.error().message,
                      "install the compiler " + compiler + "; `vmlab doctor` names the package");
  auto libc = ask("-print-file-name=libc.a");
  if (!libc) return std::unexpected(libc.error());
  auto digest = base::sha256_file(std::string(base::trim(*libc)));
  if (!digest)
    return base::fail(
        "there is no static C library for " + compiler,
        "install the C library's development package for it (libc6-dev, libc6-dev-*-cross)");
  const auto lines = base::split_lines(*version);
  return std::string(lines.empty() ? "" : lines.front()) + ", libc.a " + digest->substr(0, 16);
}

}  // namespace kernel
