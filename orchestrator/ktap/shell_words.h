// SPDX-License-Identifier: Apache-2.0
// The part of a shell that run_vmtests.sh needs to say which commands it runs: variables, word
// splitting, quotes, arithmetic. Nothing is ever executed. Every value has two texts: what the
// shell would see, and a label in which values that come from the machine (memory, huge page size,
// CPUs) are "{name}", so that test ids are the same everywhere.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ktap {

struct ShellWord {
  std::string text;
  std::string label;
};

class ShellWords {
 public:
  // `from_machine` makes the label of a variable its name in braces.
  void set(const std::string& name, std::string text, bool from_machine = false);
  void set(const std::string& name, ShellWord value);
  void set_array(const std::string& name, std::vector<ShellWord> values);
  std::string text_of(const std::string& name) const;

  // What `$(command)` stands for; a command that is not listed gives "@" + command.
  void set_command(const std::string& command, std::string output, bool from_machine = false);

  // Splits and expands. nullopt: an unclosed quote or parenthesis.
  std::optional<std::vector<ShellWord>> words(std::string_view text) const;
  // The same without splitting: the right side of an assignment.
  std::optional<ShellWord> value(std::string_view text) const;
  // "(a + 1) / b" with or without '$'; nullopt when an operand is no number.
  std::optional<std::int64_t> arithmetic(std::string_view text) const;

  // Whether the text names a variable whose value comes from the machine.
  bool from_machine(std::string_view expression) const;

 private:
  struct Output;
  bool expand(std::string_view text, Output& out, bool split) const;
  bool expand_dollar(std::string_view text, std::size_t& at, Output& out, bool quoted) const;

  std::map<std::string, ShellWord> variables_;
  std::map<std::string, std::vector<ShellWord>> arrays_;
  std::map<std::string, ShellWord> commands_;
};

}  // namespace ktap
