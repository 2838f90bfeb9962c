// SPDX-License-Identifier: Apache-2.0
#include "cli/series_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cli/stored_command.h"
#include "kernel/commits.h"
#include "kernel/source.h"

namespace cli {
namespace {

constexpr std::size_t kMostSteps = 1000;

[[noreturn]] void give_up(kernel::SourceFailure failure) {
  if (!failure.user.empty()) throw base::UserError{std::move(failure.user)};
  throw base::InfraError(failure.host);
}

template <class T>
T or_throw(std::expected<T, kernel::SourceFailure> result) {
  if (!result) give_up(std::move(result.error()));
  return std::move(*result);
}

std::string source_text(const std::string& repository, const std::string& revision) {
  return model::SourceRef{model::SourceRef::Kind::git, repository, revision}.text();
}

// The selftests stay what they are at the base: what a patch does is asked, not what it does to the tests.
void keep_selftests(const Session& session, RunOptions& run) {
  if (!run.selftests.empty()) return;
  const lab::RunRequest request = request_of(session, run);
  const scenario::JobRequest& job = request.jobs.front();
  if (job.selftests.source == job.kernel.source) run.selftests = job.kernel.source.text();
}

void apply_all(const Session& session, const RunOptions& run, const kernel::Series& series, kernel::CommandRunner& runner) {
  const lab::RunRequest request = request_of(session, run);
  const kernel::ArtifactCache cache;
  const model::KernelSpec& kernel = request.jobs.front().kernel;
  using Kind = model::SourceRef::Kind;
  if (kernel.source.kind == Kind::prebuilt || kernel.source.kind == Kind::prebuilt_debian)
    user_error("a prebuilt kernel cannot be patched", "name a source that is built, such as --kernel debian:6.12");
  fmt::print(stderr, "applying {} patches to {}\n", series.patches.size(), kernel.source.text());
  auto tree = kernel::open_patched(kernel.source, kernel.patches, cache, runner,
                                   [](const std::string& line) { fmt::print(stderr, "{}\n", line); });
  if (tree) return;
  kernel::name_origins(series, tree.error().user);
  give_up(std::move(tree.error()));
}

SeriesPlan plan_patches(Session& session, const SeriesOptions& options, const base::fs::path& folder,
                        kernel::CommandRunner& runner) {
  std::error_code gone;
  if (!base::fs::exists(options.patches, gone))
    user_error(fmt::format("--patches {}: there is no such file or folder", base::printable(options.patches)),
               "a quilt directory, a folder of *.patch files, or a mailbox");
  auto series = kernel::split_series({options.patches}, folder, runner);
  if (!series) throw base::UserError{std::move(series.error())};
  if (auto marked = kernel::mark_temporary(*series, options.temporary); !marked) throw base::UserError{std::move(marked.error())};
  SeriesPlan plan{.title = series->title, .remarks = series->remarks, .steps = {}, .run = options.run};
  if (plan.title.empty()) plan.title = base::fs::path(options.patches).lexically_normal().string();
  if (series->version > 1) plan.title += fmt::format(" (v{})", series->version);
  const model::SourceRef source = request_of(session, plan.run).jobs.front().kernel.source;
  plan.base = source.text();
  for (std::string& remark : kernel::base_remarks(*series, source, runner)) plan.remarks.push_back(std::move(remark));
  RunOptions whole = plan.run;
  plan.steps.push_back({.subject = plan.base, .content = plan.base, .patch = {}});
  for (const kernel::SeriesPatch& patch : series->patches) {
    whole.patches.push_back(patch.file.string());
    plan.steps.push_back({.id = {},
                          .subject = patch.subject,
                          .author = patch.author,
                          .temporary = patch.temporary,
                          .content = base::value_or_throw(base::sha256_file(patch.file.string())),
                          .patch = patch.file.string(),
                          .touched = patch.touched});
  }
  apply_all(session, whole, *series, runner);
  return plan;
}

// A and B of "A..B".
std::pair<std::string, std::string> ends_of(const std::string& range) {
  const std::size_t dots = range.find("..");
  if (dots == std::string::npos || dots == 0 || range.substr(dots).starts_with("..."))
    user_error(fmt::format("--range {} is no range of commits", base::printable(range)), "--range A..B: the commits after A, to B");
  const std::string last = range.substr(dots + 2);
  return {range.substr(0, dots), last.empty() ? "HEAD" : last};
}

SeriesPlan plan_range(Session& session, const SeriesOptions& options, kernel::CommandRunner& runner) {
  const auto [first, last] = ends_of(options.range);
  std::error_code error;
  const base::fs::path found = base::fs::canonical(options.repo, error);
  const std::string repo = error ? options.repo : found.string();
  const kernel::Commit named = or_throw(kernel::read_commit(repo, first, runner));
  const std::vector<std::string> bases = or_throw(kernel::merge_bases(repo, first, last, runner));
  if (bases.empty()) user_error(fmt::format("{} and {} have no common history", first, last), "--range A..B: A is a commit before B");
  SeriesPlan plan{.title = options.range + " of " + repo, .remarks = {}, .steps = {}, .run = options.run};
  const kernel::Commit base = or_throw(kernel::read_commit(repo, bases.front(), runner));
  if (base.id != named.id)
    plan.remarks.push_back(fmt::format("{} is not before {}: the base is where they part, {}", first, last, base.id.substr(0, 12)));
  const auto commits = or_throw(kernel::read_range(repo, {base.id}, last, runner, {.first_parent = true}));
  if (commits.empty()) user_error(fmt::format("--range {} has no commits", base::printable(options.range)), "--range A..B: the commits after A, to B");
  if (commits.size() > kMostSteps)
    user_error(fmt::format("--range {} has {} commits", base::printable(options.range), commits.size()),
               "vmlab bisect finds the one that matters without testing each");
  const auto merges = std::ranges::count_if(commits, [](const kernel::Commit& c) { return c.parents.size() > 1; });
  if (merges > 0)
    plan.remarks.push_back(fmt::format("{} of the commits are merges: what they bring is one step", merges));
  plan.base = fmt::format("{} ({})", base.id.substr(0, 12), base.subject);
  plan.run.kernel = source_text(repo, base.id);
  keep_selftests(session, plan.run);
  plan.steps.push_back({.id = base.id, .subject = base.subject, .author = base.author, .content = base.id});
  kernel::Series numbers;  // for --temporary
  for (const kernel::Commit& commit : commits) numbers.patches.push_back({.subject = commit.subject});
  if (auto marked = kernel::mark_temporary(numbers, options.temporary); !marked) throw base::UserError{std::move(marked.error())};
  for (std::size_t i = 0; i < commits.size(); ++i)
    plan.steps.push_back({.id = commits[i].id,
                          .subject = base::printable(commits[i].subject),
                          .author = base::printable(commits[i].author),
                          .temporary = numbers.patches[i].temporary,
                          .content = commits[i].id,
                          .touched = or_throw(kernel::changed_paths(repo, commits[i].id, runner))});
  plan.repository = repo;
  return plan;
}

}  // namespace

void add_series_options(CLI::App& command, SeriesOptions& options) {
  add_run_options(command, options.run);
  remove_options(command, {"--patch", "--shard", "--resume", "--junit", "--git-bisect"});
  command.add_option("--patches", options.patches, "The series: a quilt directory, a folder of patches, a mailbox")->type_name("DIR|MBOX");
  command.add_option("--repo", options.repo, "Instead: a git repository, with --range")->type_name("DIR");
  command.add_option("--range", options.range, "The commits after A, to B")->type_name("A..B");
  command.add_option("--temporary", options.temporary, "Patches that are not meant to stay, by number: not blamed")->type_name("N,..");
  command.add_option("--resume", options.resume, "Go on with an interrupted series; nothing twice")->type_name("SERIES");
  command.add_option("--html", options.html)->group("")->check(CLI::IsMember({"no"}));
}

SeriesOptions parse_series_command(Session& session, const std::string& command_line) {
  SeriesOptions options;
  parse_stored_command(session, command_line, "that series", [&](CLI::App& command, const std::string& name) {
    if (name == "series") add_series_options(command, options);
    return name == "series";
  });
  return options;
}

SeriesPlan plan_series(Session& session, const SeriesOptions& options, const base::fs::path& folder) {
  if (options.run.scenarios.size() != 1)
    user_error(options.run.scenarios.empty() ? "no scenario is given" : "a series goes by one scenario",
               "vmlab series SCENARIO --patches DIR|MBOX");
  if (options.patches.empty() == (options.repo.empty() && options.range.empty()))
    user_error(options.patches.empty() ? "no series is given" : "--patches and --repo are two different series",
               "--patches DIR|MBOX, or --repo DIR --range A..B");
  if (options.patches.empty() && (options.repo.empty() || options.range.empty()))
    user_error("--repo and --range belong together", "--repo DIR --range A..B");
  if (!options.repo.empty() && !options.run.kernel.empty())
    user_error("--kernel and --repo are two kernels", "of a range, each commit is the kernel");
  kernel::HostCommandRunner runner;
  return options.patches.empty() ? plan_range(session, options, runner) : plan_patches(session, options, folder, runner);
}

RunOptions step_options(const SeriesPlan& plan, std::size_t step) {
  RunOptions run = plan.run;
  if (!plan.steps[step].id.empty()) run.kernel = source_text(plan.repository, plan.steps[step].id);
  for (std::size_t i = 1; i <= step; ++i)
    if (!plan.steps[i].patch.empty()) run.patches.push_back(plan.steps[i].patch);
  return run;
}

}  // namespace cli
