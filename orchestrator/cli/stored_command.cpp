// SPDX-License-Identifier: Apache-2.0
#include "cli/stored_command.h"

#include <algorithm>

#include "base/text.h"
#include "cli/shell_words.h"

namespace cli {

void parse_stored_command(Session& session, const std::string& command_line, const std::string& what,
                          const std::function<bool(CLI::App& command, const std::string& name)>& add_options) {
  const std::vector<std::string> words = shell_words(command_line);
  Session unused = session;
  CLI::App app;
  CLI::App* command = words.size() < 3 ? nullptr : app.add_subcommand(words[1]);
  if (command == nullptr || !add_options(*command, words[1]))
    throw base::InfraError(what + " has another command than expected: " + base::printable(command_line));
  add_output_options(*command, unused);
  std::vector<std::string> arguments(words.begin() + 1, words.end());
  for (std::string& argument : arguments)
    if (argument.starts_with("--json=")) argument = "--json";
  std::ranges::reverse(arguments);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    throw base::InfraError("the command of " + what + " cannot be read again: " + std::string(error.what()));
  }
}

}  // namespace cli
