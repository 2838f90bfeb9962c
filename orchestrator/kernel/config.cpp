// SPDX-License-Identifier: Apache-2.0
#include "kernel/config.h"

#include <fmt/format.h>

#include <map>
#include <optional>

#include "base/text.h"

namespace kernel {
namespace {

namespace fs = base::fs;
using base::Diagnostic;
using base::Diagnostics;

bool is_option_name(std::string_view name) {
  return !name.empty() &&
         name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == name.npos;
}

// A '#' inside a quoted value is no comment.
std::size_t comment_start(std::string_view line) {
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
    if (line[i] == '#' && !quoted && i > 0) return i;
  }
  return line.size();
}

std::vector<std::string> available_fragments(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& item : fs::directory_iterator(directory, ignored))
    if (item.path().extension() == ".config") names.push_back(item.path().stem().string());
  return names;
}

std::expected<std::vector<WantedOption>, Diagnostics> read_fragment(const fs::path& directory,
                                                                    const std::string& name) {
  const bool is_path = name.contains('/');
  const fs::path path =
      is_path ? fs::path(name) : directory / (name.ends_with(".config") ? name : name + ".config");
  auto text = base::read_file(path, 4 << 20);
  if (!text) {
    Diagnostic problem{name, 0, 0, fmt::format("there is no config fragment '{}'", name), {}};
    const auto known = available_fragments(directory);
    if (const auto near = base::nearest(name, known); near && !is_path)
      problem.hint = fmt::format("did you mean '{}'?", *near);
    else
      problem.hint =
          fmt::format("images/config has {}; a path needs a slash", base::join(known, ", "));
    return std::unexpected(Diagnostics{std::move(problem)});
  }
  return parse_fragment(path.string(), *text);
}

}  // namespace

std::expected<std::vector<WantedOption>, Diagnostics> parse_fragment(const std::string& name,
                                                                     std::string_view text) {
  std::vector<WantedOption> options;
  Diagnostics problems;
  int number = 0;
  for (std::string_view line : base::split_lines(text)) {
    ++number;
    line = base::trim(line);
    const auto words = base::split_words(line);
    WantedOption option{.name = {}, .value = {}, .optional = false, .file = name, .line = number};
    if (words.size() >= 5 && words[0] == "#" && words[1].starts_with("CONFIG_") &&
        words[2] == "is" && words[3] == "not" && words[4] == "set") {
      option.name = words[1].substr(7);
      option.value = "n";
      option.optional = line.ends_with("# optional");
      options.push_back(std::move(option));
      continue;
    }
    if (line.empty() || line[0] == '#') continue;
    const std::size_t comment = comment_start(line);
    const std::string_view remark =
        comment < line.size() ? base::trim(line.substr(comment + 1)) : std::string_view();
    option.optional = remark == "optional" || remark == "vmlab: optional";
    const std::string_view setting = base::trim(line.substr(0, comment));
    const std::size_t equals = setting.find('=');
    if (!setting.starts_with("CONFIG_") || equals == setting.npos ||
        !is_option_name(setting.substr(7, equals - 7)) || equals + 1 == setting.size()) {
      problems.push_back({name, number, 1,
                          fmt::format("'{}' is not an option", base::printable(setting)),
                          "write CONFIG_NAME=y, CONFIG_NAME=n or CONFIG_NAME=value"});
      continue;
    }
    option.name = setting.substr(7, equals - 7);
    option.value = setting.substr(equals + 1);
    options.push_back(std::move(option));
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  return options;
}

std::string ConfigPlan::key_text() const {
  std::string text = base + "\n" + base_text + "\n";
  for (const WantedOption& option : options)
    text += option.name + "=" + option.value + (option.optional ? "?\n" : "\n");
  return text;
}

std::string ConfigPlan::fragment_text() const {
  std::string text;
  for (const WantedOption& option : options)
    text += option.value == "n" ? fmt::format("# CONFIG_{} is not set\n", option.name)
                                : fmt::format("CONFIG_{}={}\n", option.name, option.value);
  return text;
}

std::expected<ConfigPlan, Diagnostics> plan_config(const model::KernelSpec& spec,
                                                   const model::Machine& machine,
                                                   const fs::path& config_directory) {
  ConfigPlan plan;
  Diagnostics problems;
  std::map<std::string, WantedOption> merged;
  const auto add = [&](const std::string& fragment) {
    auto options = read_fragment(config_directory, fragment);
    if (!options) {
      problems.insert(problems.end(), options.error().begin(), options.error().end());
      return;
    }
    for (WantedOption& option : *options) merged[option.name] = std::move(option);
  };
  if (spec.base_config == "tiny" || spec.base_config == "def") {
    plan.base = spec.base_config;
  } else {
    auto text = base::read_file(spec.base_config, 16 << 20);
    if (!text)
      problems.push_back({spec.base_config, 0, 0,
                          "cannot read this kernel config: " + text.error().message,
                          "the base is 'tiny', 'def' or the path of a .config"});
    else
      plan.base_text = std::move(*text);
    plan.base = "file";
  }
  add("base");
  // Off, modules turn every =m of a user's or the default configuration into =y: a huge kernel.
  if (plan.base != "tiny") merged.erase("MODULES");
  for (std::string_view fragment : base::split_words(machine.config_fragments))
    add(std::string(fragment));
  // What the profile leaves out to be small, another base may need: its drivers select it.
  if (plan.base != "tiny")
    for (auto& [name, option] : merged) option.optional = option.optional || option.value == "n";
  for (const std::string& fragment : spec.fragments) add(fragment);
  for (const model::ConfigOption& option : spec.options) {
    if (!is_option_name(option.name) || option.value.empty() || option.value.contains('\n'))
      problems.push_back({{},
                          0,
                          0,
                          fmt::format("'{}={}' is not a kernel option",
                                      base::printable(option.name), base::printable(option.value)),
                          "write NAME: y, without CONFIG_"});
    else
      merged[option.name] = {
          .name = option.name, .value = option.value, .optional = false, .file = {}, .line = 0};
  }
  if (!problems.empty()) return std::unexpected(std::move(problems));
  for (auto& [name, option] : merged) plan.options.push_back(std::move(option));
  return plan;
}

Diagnostics check_config(const ConfigPlan& plan, const ConfigValues& resolved,
                         const std::function<KconfigTree()>& kconfig) {
  Diagnostics problems;
  std::optional<KconfigTree> tree;
  for (const WantedOption& option : plan.options) {
    const auto it = resolved.find(option.name);
    const std::string value = it == resolved.end() ? "n" : it->second;
    if (value == option.value || option.optional) continue;
    if (option.value == "n" && it == resolved.end()) continue;
    if (!tree) tree = kconfig();
    Diagnostic problem{.file = option.file, .line = option.line, .message = {}, .hint = {}};
    if (!tree->find(option.name)) {
      problem.message =
          fmt::format("this tree has no option CONFIG_{} for this architecture", option.name);
      const auto names = tree->names();
      if (const auto near = base::nearest(option.name, names))
        problem.hint = fmt::format("did you mean CONFIG_{}?", *near);
      else
        problem.hint = "mark the line '# optional' in a fragment meant for several trees";
    } else {
      problem.message =
          fmt::format("CONFIG_{}={} was asked for, but the kernel's configuration gives {}",
                      option.name, option.value, value);
      problem.hint = tree->why_not(option.name, option.value, resolved);
    }
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace kernel
