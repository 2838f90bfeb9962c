// SPDX-License-Identifier: Apache-2.0
#include "bisect/git_replay.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "kernel/git.h"

namespace bisect {
namespace {

namespace fs = base::fs;

kernel::Command git(const fs::path& repository, std::vector<std::string> arguments) {
  return {.program = "git",
          .arguments = std::move(arguments),
          .directory = repository,
          .environment = {{"GIT_CONFIG_NOSYSTEM", "1"}, {"GIT_CONFIG_GLOBAL", "/dev/null"}, {"LC_ALL", "C"}},
          .unset = kernel::foreign_git_variables(),
          .capture = true};
}

// git-fast-import(1). Mark 1 is the good commit, mark i + 2 commit i, whose subject is i.
std::string import_stream(const History& history) {
  std::string out;
  const auto commit = [&](int mark, std::string_view subject, const std::vector<int>& parents) {
    out += fmt::format("commit refs/heads/master\nmark :{}\ncommitter a <a@b> {} +0000\ndata {}\n{}\n", mark,
                       1'000'000'000 + mark * 60, subject.size(), subject);
    for (std::size_t i = 0; i < parents.size(); ++i) out += fmt::format("{} :{}\n", i == 0 ? "from" : "merge", parents[i]);
    out += "\n";
  };
  commit(1, "good", {});
  for (int i = 0; i < history.size(); ++i) {
    std::vector<int> parents;
    for (const int parent : history.parents(i)) parents.push_back(parent + 2);
    if (parents.empty()) parents.push_back(1);
    commit(i + 2, std::to_string(i), parents);
  }
  return out;
}

}  // namespace

GitReplay bisect_with_git(const Synthetic& synthetic) {
  kernel::HostCommandRunner runner;
  const auto folder =
      base::value_or_throw(base::TemporaryDirectory::create(fs::temp_directory_path(), "vmlab-histories-"));
  const auto run = [&](std::vector<std::string> arguments, std::string input = {}) {
    kernel::Command command = git(folder.path(), std::move(arguments));
    command.input = std::move(input);
    return base::value_or_throw(runner.run(command));
  };
  run({"init", "-q", "."});
  run({"fast-import", "--quiet"}, import_stream(synthetic.history));
  std::string answers = "#!/bin/sh\necho >> steps\ncase $(git show -s --format=%s BISECT_HEAD) in\n";
  for (int i = 0; i < synthetic.history.size(); ++i) {
    const std::size_t at = static_cast<std::size_t>(i);
    const int code = synthetic.untestable[at] ? 125 : synthetic.contains_culprit[at] ? 1 : 0;
    answers += fmt::format("{}) exit {};;\n", i, code);
  }
  base::value_or_throw(base::write_file_atomic(folder.path() / "oracle", answers + "esac\nexit 127\n"));
  const std::string good(base::trim(run({"rev-list", "--max-parents=0", "master"}).output));
  run({"bisect", "start", "--no-checkout", "master", good});
  run({"bisect", "run", "sh", "./oracle"});

  GitReplay out;
  const std::string log = run({"bisect", "log"}).output;
  for (std::string_view line : base::split_lines(log)) {
    if (!line.starts_with("# first bad commit: [") && !line.starts_with("# possible first bad commit: [")) continue;
    const auto subject = base::parse_int(base::split_words(line).back());
    if (!subject) throw base::InfraError("git bisect log says something unexpected: " + base::printable(line));
    out.candidates.push_back(static_cast<int>(*subject));
  }
  std::ranges::sort(out.candidates);
  const auto steps = base::read_file(folder.path() / "steps");
  out.steps = steps ? static_cast<int>(steps->size()) : 0;
  return out;
}

}  // namespace bisect
