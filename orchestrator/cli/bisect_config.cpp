// SPDX-License-Identifier: Apache-2.0
#include "cli/bisect_config.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "cli/command.h"

namespace cli {
namespace {

constexpr std::string_view kNotSet = " is not set";

std::string line_of(const std::string& name, const std::string& value) {
  return value == "n" ? "# " + name + std::string(kNotSet) : name + "=" + value;
}

bool about_the_toolchain(std::string_view name) {
  constexpr std::array kPrefixes{"CONFIG_CC_", "CONFIG_GCC_", "CONFIG_CLANG_VERSION", "CONFIG_AS_", "CONFIG_LD_", "CONFIG_LLD_",
                                 "CONFIG_RUSTC_", "CONFIG_PAHOLE_", "CONFIG_TOOLS_SUPPORT_"};
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<ConfigLine> parse_config(std::string_view text, const std::string& file) {
  std::vector<ConfigLine> out;
  int number = 0;
  for (std::string_view line : base::split_lines(text)) {
    ++number;
    line = base::trim(line);
    if (line.starts_with("CONFIG_") && line.contains('=')) {
      const std::size_t equals = line.find('=');
      out.push_back({std::string(line.substr(0, equals)), std::string(line.substr(equals + 1))});
    } else if (line.starts_with("# CONFIG_") && line.ends_with(kNotSet)) {
      out.push_back({std::string(line.substr(2, line.size() - 2 - kNotSet.size())), "n"});
    } else if (!line.empty() && !line.starts_with("#")) {
      throw base::UserError{{{file, number, 1, "'" + base::printable(line) + "' is no line of a .config",
                              "CONFIG_NAME=value or # CONFIG_NAME is not set"}}};
    }
  }
  if (out.empty()) throw base::UserError{{{file, 0, 0, "this .config sets nothing", "is it the right file?"}}};
  return out;
}

std::vector<ConfigLine> read_config(const base::fs::path& file) {
  const auto text = base::read_file(file, 16 << 20);
  if (!text) user_error("cannot read " + file.string() + ": " + text.error().message);
  return parse_config(*text, file.string());
}

std::vector<ConfigDifference> config_differences(const std::vector<ConfigLine>& good, const std::vector<ConfigLine>& bad) {
  std::map<std::string, std::string> before, after;
  for (const ConfigLine& line : good) before[line.name] = line.value;
  for (const ConfigLine& line : bad) after[line.name] = line.value;
  std::vector<ConfigDifference> out;
  const auto compare = [&](const std::string& name) {
    const auto value = [&](const auto& map) { return map.contains(name) ? map.at(name) : std::string("n"); };
    if (value(before) == value(after) || about_the_toolchain(name)) return;
    out.push_back({name, line_of(name, value(before)), line_of(name, value(after)), value(after)});
  };
  for (const ConfigLine& line : bad) compare(line.name);
  for (const ConfigLine& line : good)
    if (!after.contains(line.name)) compare(line.name);
  return out;
}

std::string config_text(const std::vector<ConfigLine>& good, const std::vector<ConfigDifference>& applied) {
  std::map<std::string, std::string> values;
  for (const ConfigLine& line : good) values[line.name] = line.value;
  for (const ConfigDifference& one : applied) values[one.name] = one.value;
  std::string out;
  for (const auto& [name, value] : values) out += line_of(name, value) + "\n";
  return out;
}

}  // namespace cli
