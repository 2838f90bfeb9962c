// SPDX-License-Identifier: Apache-2.0
#include "kernel/commits.h"

#include <fmt/format.h>

#include "base/text.h"
#include "kernel/git.h"

namespace kernel {
namespace {

namespace fs = base::fs;

std::unexpected<SourceFailure> host_failure(base::Error error) {
  return std::unexpected(SourceFailure{{}, std::move(error)});
}

// Not options, not ranges: git would take both where one revision is asked for.
bool names_one(const std::string& revision) {
  return !revision.empty() && revision[0] != '-' && revision[0] != '^' && !revision.contains("..") &&
         !revision.contains('\0');
}

std::string advice(const fs::path& repository) {
  return fmt::format("the branches and tags: git -C {} for-each-ref --format='%(refname:short)'",
                     base::shell_quote(repository.string()));
}

// Says which revision it was that git did not take, or that this is no repository at all.
SourceFailure why_refused(const fs::path& repository, const std::vector<std::string>& revisions,
                          const std::string& words, CommandRunner& runner) {
  std::error_code error;
  if (!fs::is_directory(repository, error))
    return SourceFailure::mistake(fmt::format("there is no folder {}", base::printable(repository.string())),
                                  "--repo DIR names a git repository");
  auto top = runner.run(git(repository, {"rev-parse", "--git-dir"}));
  if (!top) return {{}, top.error()};
  if (!top->ok())
    return SourceFailure::mistake(
        fmt::format("{} is not a git repository for this user: {}", repository.string(),
                    base::printable(base::trim(top->tail))),
        "a series of patch files goes by --patches DIR|MBOX");
  SourceFailure failure;
  for (const std::string& revision : revisions) {
    if (names_one(revision)) {
      auto found = runner.run(git(repository, {"rev-parse", "--verify", "--quiet", revision + "^{commit}"}));
      if (!found) return {{}, found.error()};
      if (found->ok()) continue;
    }
    failure.user.push_back({{}, 0, 0,
                            fmt::format("{} has no commit '{}'", repository.string(), base::printable(revision)),
                            advice(repository)});
  }
  if (failure.user.empty()) failure.host = {"git failed: " + base::printable(base::trim(words))};
  return failure;
}

constexpr std::size_t kFields = 5;

// The fields of --format below, one NUL between each two of them and between commits (git-log(1) -z).
std::vector<Commit> parse_log(std::string_view text) {
  std::vector<Commit> commits;
  if (text.empty()) return commits;
  const auto fields = base::split(text, '\0');
  for (std::size_t i = 0; i + kFields <= fields.size(); i += kFields) {
    Commit commit{.id = std::string(fields[i]),
                  .parents = {},
                  .subject = std::string(fields[i + 2]),
                  .author = std::string(fields[i + 3]),
                  .date = std::string(fields[i + 4])};
    for (std::string_view parent : base::split_words(fields[i + 1])) commit.parents.emplace_back(parent);
    commits.push_back(std::move(commit));
  }
  return commits;
}

std::expected<std::vector<Commit>, SourceFailure> log(const fs::path& repository, std::vector<std::string> options,
                                                      const std::vector<std::string>& revisions,
                                                      const std::vector<std::string>& arguments,
                                                      CommandRunner& runner) {
  for (const std::string& revision : revisions)
    if (!names_one(revision)) return std::unexpected(why_refused(repository, revisions, {}, runner));
  // The user's settings must not add a word to it.
  options.insert(options.begin(), {"log", "-z", "--no-show-signature", "--no-patch", "--no-color", "--no-decorate",
                                   "--encoding=UTF-8", "--format=format:%H%x00%P%x00%s%x00%an <%ae>%x00%aI"});
  options.insert(options.end(), arguments.begin(), arguments.end());
  options.emplace_back("--");
  auto listed = runner.run(git(repository, std::move(options)));
  if (!listed) return host_failure(listed.error());
  if (!listed->ok()) return std::unexpected(why_refused(repository, revisions, listed->tail, runner));
  return parse_log(listed->output);
}

}  // namespace

std::expected<std::vector<Commit>, SourceFailure> read_range(const fs::path& repository,
                                                             const std::vector<std::string>& good,
                                                             const std::string& bad, CommandRunner& runner,
                                                             const RangeOptions& options) {
  std::vector<std::string> flags{"--topo-order", "--reverse"}, revisions{bad}, arguments{bad};
  if (options.first_parent) flags.emplace_back("--first-parent");
  for (const std::string& revision : good) {
    revisions.push_back(revision);
    arguments.push_back("^" + revision);
  }
  return log(repository, std::move(flags), revisions, arguments, runner);
}

std::expected<Commit, SourceFailure> read_commit(const fs::path& repository, const std::string& revision,
                                                 CommandRunner& runner) {
  auto commits = log(repository, {"--max-count=1"}, {revision}, {revision}, runner);
  if (!commits) return std::unexpected(std::move(commits.error()));
  if (commits->empty()) return host_failure({"git log says nothing about " + base::printable(revision)});
  return std::move(commits->front());
}

std::expected<std::vector<std::string>, SourceFailure> merge_bases(const fs::path& repository, const std::string& one,
                                                                   const std::string& other, CommandRunner& runner) {
  if (!names_one(one) || !names_one(other))
    return std::unexpected(why_refused(repository, {one, other}, {}, runner));
  auto found = runner.run(git(repository, {"merge-base", "--all", one, other}));
  if (!found) return host_failure(found.error());
  std::vector<std::string> bases;
  if (found->exit_code == 1 && found->signal == 0) return bases;  // unrelated histories
  if (!found->ok()) return std::unexpected(why_refused(repository, {one, other}, found->tail, runner));
  for (std::string_view line : base::split_lines(found->output))
    if (!line.empty()) bases.emplace_back(line);
  return bases;
}

std::expected<std::vector<std::string>, SourceFailure> changed_paths(const fs::path& repository,
                                                                     const std::string& commit,
                                                                     CommandRunner& runner) {
  auto names = run_or_fail(runner, git(repository, {"log", "-z", "--max-count=1", "-m", "--first-parent", "--no-renames",
                                                    "--no-show-signature", "--name-only", "--format=", commit, "--"}));
  if (!names) return host_failure(names.error());
  std::vector<std::string> paths;
  for (std::string_view name : base::split(*names, '\0'))
    if (!name.empty()) paths.emplace_back(name);
  return paths;
}

}  // namespace kernel
