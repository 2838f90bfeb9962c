// SPDX-License-Identifier: Apache-2.0
// What every command of the program shares: where things are, how output is asked for, how a command is added.
// One file per command (cmd_*.cpp) adds itself with an install function; main.cpp lists them.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"
#include "base/file.h"
#include "report/layout.h"

namespace cli {

// Exit codes of the contract.
inline constexpr int kGood = 0;
inline constexpr int kBad = 1;
inline constexpr int kUserError = 2;
inline constexpr int kInfra = 3;
inline constexpr int kInterrupted = 130;

struct Session {
  base::fs::path root;          // the checkout: scenarios/, images/, guest-tools/; empty: none was found
  std::string command_line;     // as given, for the record
  std::vector<std::string> behind_dashes;  // of `bisect`: what stands behind --
  base::fs::path results_dir;   // --results
  bool json = false;            // --json: JSON on stdout, people's text on stderr
  std::string json_file;        // --json=FILE
  int exit_code = kGood;        // set by the command that ran

  // The checkout; throws base::InfraError when there is none.
  const base::fs::path& checkout() const;
  bool wants_json() const { return json || !json_file.empty(); }
  // Where people's text goes: stdout, unless stdout carries JSON.
  std::FILE* people() const { return json ? stderr : stdout; }
  // Prints `text` for people.
  void say(std::string_view text) const;
  // Delivers the JSON text to stdout or the file that was asked for. Throws base::InfraError.
  void deliver_json(std::string_view text) const;
  bool is_terminal() const;  // people() is one
  report::TerminalOptions terminal() const;
};

// Adds --json and --results to a command's options.
void add_output_options(CLI::App& command, Session& session);
void add_results_option(CLI::App& command, Session& session);

[[noreturn]] void user_error(std::string message, std::string hint = {});

void install_run(CLI::App& app, Session& session);
void install_list(CLI::App& app, Session& session);
void install_compare(CLI::App& app, Session& session);
void install_report(CLI::App& app, Session& session);
void install_triage(CLI::App& app, Session& session);
void install_ktap(CLI::App& app, Session& session);
void install_cache(CLI::App& app, Session& session);
void install_doctor(CLI::App& app, Session& session);
void install_shell(CLI::App& app, Session& session);
void install_reproduce(CLI::App& app, Session& session);
void install_hunt(CLI::App& app, Session& session);
void install_ab(CLI::App& app, Session& session);
void install_series(CLI::App& app, Session& session);
void install_bisect(CLI::App& app, Session& session);

}  // namespace cli
