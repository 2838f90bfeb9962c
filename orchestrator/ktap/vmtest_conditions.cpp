// SPDX-License-Identifier: Apache-2.0
#include "ktap/vmtest_conditions.h"

#include <string>
#include <vector>

#include "base/text.h"

namespace ktap {
namespace {

std::optional<bool> simple_condition(std::string_view text, const ShellWords& shell,
                                     const VmtestMachine& machine) {
  if (text.starts_with("! ")) {
    const auto inner = simple_condition(base::trim(text.substr(2)), shell, machine);
    if (!inner) return std::nullopt;
    return !*inner;
  }
  // Selecting categories is the reader's caller's business; sudo and xfs are needs, not conditions.
  if (text.starts_with("test_selected ") || text.starts_with("command -v sudo") ||
      text.starts_with("sudo -u ") || text.starts_with("grep xfs /proc/filesystems"))
    return true;
  if (text == "$RUN_ALL") return machine.run_all;
  if (text == "$RUN_DESTRUCTIVE") return machine.destructive;
  if (!text.starts_with("[")) return std::nullopt;
  while (text.starts_with("[")) text.remove_prefix(1);
  while (text.ends_with("]")) text.remove_suffix(1);
  const auto words = shell.words(text);
  if (!words) return std::nullopt;
  std::vector<std::string> w;
  for (const auto& word : *words) w.push_back(word.text);
  if (w.size() == 1 && (w[0] == "-n" || w[0] == "-z"))
    return w[0] == "-z";  // of an unquoted empty variable
  if (w.size() == 2) {
    if (w[0] == "-n") return !w[1].empty();
    if (w[0] == "-z") return w[1].empty();
    if (w[0] == "-x" || w[0] == "-f") {
      if (!w[1].starts_with("./") || !machine.programs) return true;
      return machine.programs->contains(w[1].substr(2));
    }
    return std::nullopt;
  }
  if (w.size() != 3) return std::nullopt;
  if (w[1] == "=" || w[1] == "==") return w[0] == w[2];
  if (w[1] == "!=") return w[0] != w[2];
  const auto left = base::parse_int(w[0]), right = base::parse_int(w[2]);
  if (!left || !right) return std::nullopt;
  if (w[1] == "-gt") return *left > *right;
  if (w[1] == "-ge") return *left >= *right;
  if (w[1] == "-lt") return *left < *right;
  if (w[1] == "-le") return *left <= *right;
  if (w[1] == "-eq") return *left == *right;
  if (w[1] == "-ne") return *left != *right;
  return std::nullopt;
}

}  // namespace

std::optional<bool> vmtest_condition(std::string_view text, const ShellWords& shell,
                                     const VmtestMachine& machine) {
  text = base::trim(text);
  bool all = true;
  while (true) {
    const auto both = text.find("&&");
    // Inside [[ ]] there is no && in these scripts.
    const auto one = simple_condition(base::trim(text.substr(0, both)), shell, machine);
    if (!one) return std::nullopt;
    all = all && *one;
    if (both == std::string_view::npos) return all;
    text = text.substr(both + 2);
  }
}

}  // namespace ktap
