// SPDX-License-Identifier: Apache-2.0
#include "compare/series_warnings.h"

#include <algorithm>

#include "base/text.h"

namespace compare {
namespace {

constexpr std::size_t kMostWarnings = 500;

// "mm/gup.c" of "mm/gup.c:12:3: warning: ..."; empty: it is about no file.
std::string file_of(std::string_view warning) {
  const std::size_t colon = warning.find(':');
  const bool place = colon != warning.npos && colon + 1 < warning.size() && warning[colon + 1] >= '0' && warning[colon + 1] <= '9';
  return place ? std::string(warning.substr(0, colon)) : std::string();
}

std::string object_of(const std::string& file) {
  return file.ends_with(".c") || file.ends_with(".S") ? file.substr(0, file.size() - 1) + "o" : std::string();
}

std::string without_dots(std::string_view path) {
  while (path.starts_with("../") || path.starts_with("./")) path.remove_prefix(path.find('/') + 1);
  return std::string(path);
}

bool touches(const SeriesStep& step, const std::string& file) {
  return std::ranges::find(step.touched, file) != step.touched.end();
}

}  // namespace

std::string warning_signature(std::string_view warning) {
  const std::string file = file_of(warning);
  const std::size_t at = warning.find(": warning:");
  return file.empty() || at == warning.npos ? std::string(warning) : file + std::string(warning.substr(at));
}

void read_build_log(std::string_view log, StepBuild& build) {
  for (std::string_view line : base::split_lines(log)) {
    // "  CC      mm/gup.o", "  CC [M]  fs/x.o"
    if (line.starts_with("  ") && line.size() > 4 && line[2] >= 'A' && line[2] <= 'Z') {
      const auto words = base::split_words(line);
      if ((words.front() == "CC" || words.front() == "AS") && words.back().ends_with(".o")) build.compiled.emplace(words.back());
    } else if ((line.contains(": warning: ") || line.starts_with("WARNING: ")) && build.warnings.size() < kMostWarnings) {
      std::string warning = without_dots(base::printable(line));
      if (std::ranges::find(build.warnings, warning) == build.warnings.end()) build.warnings.push_back(std::move(warning));
    }
  }
}

std::vector<Finding> new_warnings(const std::string& machine, const std::vector<SeriesStep>& steps) {
  std::vector<Finding> findings;
  std::set<std::string> seen, compiled;
  int last = -1;  // step whose build's log is known
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto found = steps[i].builds.find(machine);
    if (found == steps[i].builds.end() || found->second.state != StepBuild::State::good) continue;
    const StepBuild& build = found->second;
    const int step = static_cast<int>(i);
    for (const std::string& warning : build.warnings) {
      const std::string file = file_of(warning), signature = warning_signature(warning);
      const bool fresh = !seen.contains(signature) && last >= 0 && !file.empty();
      seen.insert(signature);
      // Of the steps since the last log, those that change the file; all, where none does.
      int first = last + 1, touching = 0;
      for (int candidate = last + 1; candidate <= step; ++candidate)
        if (touches(steps[static_cast<std::size_t>(candidate)], file) && touching++ == 0) first = candidate;
      if (!fresh || (touching == 0 && !compiled.contains(object_of(file)))) continue;
      const bool same_place = !findings.empty() && findings.back().step == step && findings.back().after == first - 1;
      if (!same_place)
        findings.push_back({.kind = FindingKind::new_warning, .step = step, .after = first - 1, .machines = {machine},
                            .reason = warning, .worse = true});
      findings.back().cases.push_back(warning);
    }
    compiled.insert(build.compiled.begin(), build.compiled.end());
    last = step;
  }
  return findings;
}

}  // namespace compare
