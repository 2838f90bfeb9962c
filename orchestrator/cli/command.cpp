// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace cli {

const base::fs::path& Session::checkout() const {
  if (root.empty())
    throw base::InfraError("this vmlab does not find its checkout (the folders scenarios, images and guest-tools)",
                           "start it with ./vmlab of a checkout, or set VMLAB_ROOT to one");
  return root;
}

void Session::say(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), people());
  std::fflush(people());
}

void Session::deliver_json(std::string_view text) const {
  if (!json_file.empty()) {
    base::value_or_throw(base::write_file_atomic(json_file, std::string(text) + "\n"));
    return;
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       std::fputc('\n', stdout) != EOF && std::fflush(stdout) == 0;
  if (!written) throw base::InfraError(base::errno_error("write the JSON to standard output", errno));
}

bool Session::is_terminal() const { return ::isatty(::fileno(people())) != 0; }

report::TerminalOptions Session::terminal() const {
  winsize size{};
  const bool known = ::ioctl(::fileno(people()), TIOCGWINSZ, &size) == 0 && size.ws_col >= 40;
  return {.width = known ? size.ws_col : std::size_t{100},
          .colour = is_terminal() && std::getenv("NO_COLOR") == nullptr};
}

void add_results_option(CLI::App& command, Session& session) {
  command.add_option_function<std::string>(
             "--results", [&session](const std::string& path) { session.results_dir = path; },
             "Directory of the results (default: $XDG_STATE_HOME/vmlab)")
      ->type_name("DIR");
}

void add_output_options(CLI::App& command, Session& session) {
  add_results_option(command, session);
  // main.cpp turns --json=FILE into --json-file FILE: an optional value would swallow the next argument.
  command.add_flag("--json", session.json, "Print JSON on standard output (--json=FILE: into a file)");
  command.add_option("--json-file", session.json_file)->group("");
}

void user_error(std::string message, std::string hint) {
  throw base::UserError{{base::Diagnostic{.message = std::move(message), .hint = std::move(hint)}}};
}

}  // namespace cli
