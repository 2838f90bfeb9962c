// SPDX-License-Identifier: Apache-2.0
#include "cli/scenarios.h"

#include <algorithm>

#include "base/text.h"
#include "scenario/load.h"

namespace cli {
namespace {

std::string resolve(const Session& session, const std::string& name) {
  std::error_code error;
  if (base::fs::exists(name, error)) return name;
  for (const base::fs::path& candidate :
       {session.checkout() / "scenarios" / (name + ".yaml"), session.checkout() / "scenarios" / name, session.checkout() / name})
    if (base::fs::is_regular_file(candidate, error)) return candidate.string();
  std::vector<std::string> known;
  for (const std::string& path : shipped_scenarios(session)) known.push_back(base::fs::path(path).stem().string());
  const auto near = base::nearest(base::fs::path(name).stem().string(), known);
  user_error("there is no scenario file " + base::printable(name),
             near ? "did you mean scenarios/" + *near + ".yaml?" : "the shipped ones: vmlab list scenarios");
}

}  // namespace

std::vector<std::string> shipped_scenarios(const Session& session) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : base::fs::directory_iterator(session.checkout() / "scenarios", error))
    if (entry.path().extension() == ".yaml" && entry.path().stem() != "known-failures")
      paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  return paths;
}

Scenarios load_scenarios(const Session& session, const std::vector<std::string>& names) {
  Scenarios scenarios;
  base::Diagnostics problems;
  for (const std::string& name : names) {
    auto loaded = scenario::load_scenario(resolve(session, name), {.fragments = session.checkout() / "images" / "config"});
    if (loaded) scenarios.push_back(std::make_shared<const model::Scenario>(std::move(*loaded)));
    else problems.insert(problems.end(), loaded.error().begin(), loaded.error().end());
  }
  if (!problems.empty()) throw base::UserError{std::move(problems)};
  return scenarios;
}

}  // namespace cli
