// SPDX-License-Identifier: Apache-2.0
#include "kernel/selftests_log.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"

namespace kernel {
namespace {

bool is_stop(std::string_view line) {
  return line.starts_with("make") && line.find("*** ") != std::string_view::npos;
}

// "make: *** [../lib.mk:222: /out/khugepaged] Error 1" -> "khugepaged";
// "make: *** No rule to make target 'x', needed by '/out/cow'.  Stop." -> "cow".
std::string target_of(std::string_view line) {
  std::string_view path;
  if (const auto needed = line.rfind("needed by '"); needed != std::string_view::npos) {
    path = line.substr(needed + 11);
    path = path.substr(0, path.find('\''));
  } else if (const auto open = line.find('['); open != std::string_view::npos) {
    const auto close = line.find(']', open);
    path = line.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
    if (const auto colon = path.rfind(": "); colon != std::string_view::npos)
      path = path.substr(colon + 2);
  }
  const auto slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// A line that says which program comes next, as lib.mk prints it: "  CC       cow".
bool is_heading(std::string_view line) {
  const auto words = base::split_words(line);
  return line.starts_with("  ") && words.size() >= 2 && words[0].size() <= 8 &&
         std::ranges::all_of(words[0], [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool tells_an_error(std::string_view line) {
  static constexpr std::array<std::string_view, 7> kSigns{
      " error:",     "fatal error:", "undefined reference", "cannot find",
      "ld returned", "No such file", "No rule to make"};
  return std::ranges::any_of(
      kSigns, [&](std::string_view sign) { return line.find(sign) != std::string_view::npos; });
}

std::vector<std::string> choose(const std::vector<std::string_view>& lines, std::size_t limit) {
  std::vector<bool> take(lines.size());
  std::size_t taken = 0;
  const auto pass = [&](auto wanted) {
    for (std::size_t i = 0; i < lines.size() && taken < limit; ++i)
      if (!take[i] && wanted(i)) take[i] = true, ++taken;
  };
  // The error lines, then the source lines the compiler shows below each, then whatever fits.
  pass([&](std::size_t i) { return tells_an_error(lines[i]); });
  pass([&](std::size_t i) {
    return i > 0 && take[i - 1] && lines[i].find(" | ") != std::string::npos;
  });
  if (taken == 0) pass([](std::size_t) { return true; });
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (take[i]) chosen.push_back(base::printable(lines[i]));
  return chosen;
}

}  // namespace

bool NotBuilt::left_out() const {
  return !lines.empty() && (lines.front().starts_with(kLeftOutByMakefile) || lines.front().starts_with(kModuleOfSelftests));
}

std::vector<NotBuilt> explain_missing(std::string_view make_log,
                                      const std::vector<std::string>& missing, std::size_t limit) {
  std::map<std::string, std::vector<std::string_view>> by_program;
  std::vector<std::string_view> pending;
  for (const std::string_view line : base::split_lines(make_log)) {
    if (is_heading(line)) {
      pending.clear();
    } else if (is_stop(line)) {
      auto& lines = by_program[target_of(line)];
      lines.insert(lines.end(), pending.begin(), pending.end());
      lines.push_back(line);
      pending.clear();
    } else {
      pending.push_back(line);
    }
  }
  std::vector<NotBuilt> report;
  for (const std::string& program : missing) {
    const auto slash = program.rfind('/');
    const auto found =
        by_program.find(slash == std::string::npos ? program : program.substr(slash + 1));
    NotBuilt entry{.program = program};
    if (found != by_program.end()) entry.lines = choose(found->second, limit);
    if (entry.lines.empty()) entry.lines = {"make ended without making it and without saying why"};
    report.push_back(std::move(entry));
  }
  return report;
}

}  // namespace kernel
