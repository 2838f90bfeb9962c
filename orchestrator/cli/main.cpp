// SPDX-License-Identifier: Apache-2.0
// The program: finds the command, runs it, and turns every way of ending into the contract's exit codes.
#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "base/text.h"
#include "cli/command.h"

namespace {

using namespace cli;

constexpr const char* kPlanned[] = {"nightly", "baseline", "merge", "serve"};

bool is_checkout(const base::fs::path& path) {
  std::error_code error;
  return base::fs::is_directory(path / "scenarios", error) && base::fs::is_directory(path / "images" / "config", error) &&
         base::fs::is_directory(path / "guest-tools", error);
}

// VMLAB_ROOT, or the checkout that the program or else the current folder lies in.
base::fs::path find_root() {
  std::error_code error;
  if (const char* root = std::getenv("VMLAB_ROOT"); root != nullptr && root[0] != '\0') {
    if (!is_checkout(root))
      user_error(fmt::format("VMLAB_ROOT is {}, which is no checkout of vmlab: it lacks scenarios, images/config or guest-tools", base::printable(root)),
                 "unset it, or start vmlab with the script ./vmlab of a checkout");
    return root;
  }
  const base::fs::path program = base::fs::read_symlink("/proc/self/exe", error);
  for (const base::fs::path& start : {program, base::fs::current_path(error)})
    for (base::fs::path path = start; path.has_relative_path(); path = path.parent_path())
      if (is_checkout(path)) return path;
  // Some commands need none; the others say what is missing: Session::checkout().
  return {};
}

std::vector<std::string> rewrite_arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--json=")) {
      arguments.emplace_back("--json-file");
      arguments.emplace_back(argument.substr(7));
    } else {
      arguments.emplace_back(argument);
    }
  }
  return arguments;
}

void check_command_name(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with("-")) return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, arguments.front()) != names.end()) return;
  for (const char* planned : kPlanned)
    if (arguments.front() == planned)
      throw base::InfraError(fmt::format("vmlab {} is not part of this version", planned),
                             "the commands that are: vmlab --help");
  const auto near = base::nearest(arguments.front(), names);
  user_error(fmt::format("there is no command '{}'", base::printable(arguments.front())),
             near ? fmt::format("did you mean 'vmlab {}'?", *near) : "the commands: vmlab --help");
}

int run(int argc, char** argv) {
  Session session;
  session.root = find_root();
  session.results_dir = base::state_directory();
  for (int i = 0; i < argc; ++i)
    session.command_line += (i > 0 ? " " : "") + (i == 0 ? "vmlab" : base::shell_quote(argv[i]));

  CLI::App app{"vmlab tests Linux memory management in QEMU guests.", "vmlab"};
  app.require_subcommand(1);
  app.set_version_flag("--version", VMLAB_VERSION);
  for (auto* install : {install_run, install_list, install_compare, install_report, install_triage, install_ktap,
                        install_cache, install_doctor, install_shell, install_reproduce, install_hunt, install_ab, install_series,
                        install_bisect})
    install(app, session);

  std::vector<std::string> arguments = rewrite_arguments(argc, argv);
  check_command_name(app, arguments);
  // The one command that takes another command: CLI11 would read it as scenarios.
  if (const auto dashes = std::ranges::find(arguments, "--"); dashes != arguments.end() && arguments.front() == "bisect") {
    session.behind_dashes.assign(dashes + 1, arguments.end());
    arguments.erase(dashes, arguments.end());
  }
  std::ranges::reverse(arguments);  // CLI11 wants them last first
  try {
    app.parse(arguments);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    user_error(error.what(), "the options: vmlab COMMAND --help");
  }
  return session.exit_code;
}

void print(const base::Diagnostic& diagnostic) { fmt::print(stderr, "vmlab: {}\n", diagnostic.text()); }

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pager is an error of a write, not the end of a run
  try {
    return run(argc, argv);
  } catch (const base::UserError& error) {
    for (const base::Diagnostic& diagnostic : error.diagnostics) print(diagnostic);
    return kUserError;
  } catch (const base::InfraError& error) {
    fmt::print(stderr, "vmlab: {}\n", error.what());
    if (!error.hint().empty()) fmt::print(stderr, "  try: {}\n", error.hint());
    return kInfra;
  } catch (const std::exception& error) {
    fmt::print(stderr, "vmlab: {}\n", error.what());
    return kInfra;
  }
}
