// SPDX-License-Identifier: Apache-2.0
#include "cli/bisect_command.h"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

#include "async/worker_pool.h"
#include "base/hash.h"
#include "base/text.h"
#include "cli/loop.h"
#include "kernel/git.h"

namespace cli {
namespace {

namespace fs = base::fs;
using bisect::Observed;

constexpr int kCannotTell = 125, kNotExecutable = 126;

Observed judged(const kernel::CommandOutcome& outcome) {
  const auto of = [](Observed::Kind kind, std::string what) { return Observed{.kind = kind, .what = std::move(what), .run = {}}; };
  if (outcome.signal != 0) return of(Observed::Kind::infra, fmt::format("the command was killed by signal {}", outcome.signal));
  const std::string code = fmt::format("exit {}", outcome.exit_code);
  if (outcome.exit_code == 0) return of(Observed::Kind::passed, code);
  if (outcome.exit_code == kCannotTell) return of(Observed::Kind::untestable, code);
  if (outcome.exit_code >= kNotExecutable) return of(Observed::Kind::infra, "the command did not do its work: " + code);
  return of(Observed::Kind::failed, code);
}

kernel::CommandOutcome run(std::vector<std::string> arguments, const fs::path& where) {
  kernel::HostCommandRunner runner;
  return base::value_or_throw(runner.run(kernel::git(where, std::move(arguments))));
}
std::string git_in(const fs::path& where, std::vector<std::string> arguments) {
  kernel::HostCommandRunner runner;
  return base::value_or_throw(kernel::run_or_fail(runner, kernel::git(where, std::move(arguments))));
}

class CommandOracle : public bisect::Oracle {
 public:
  CommandOracle(const BisectSteps& steps, CommandBisect what) : steps_(steps), what_(std::move(what)) {
    if (what_.repo.empty()) return;
    tree_ = what_.own_worktree ? what_.folder / "tree" : what_.repo;
    if (!what_.own_worktree || fs::exists(tree_ / ".git")) return;
    git_in(what_.repo, {"worktree", "prune"});
    git_in(what_.repo, {"worktree", "add", "--detach", "--force", tree_.string(), steps_.step(bisect::kGoodEnd).id});
  }

  bisect::Prepared prepare(int commit) override {
    if (tree_.empty()) {
      model::KernelSpec kernel;
      steps_.choose(commit, kernel);
      config_ = kernel.base_config;
      return {.fingerprint = kernel.base_config, .answer = {}};
    }
    check_out(steps_.step(commit).id);
    // Commits of one tree are one to any command.
    return {.fingerprint = std::string(base::trim(git({"rev-parse", "HEAD^{tree}"}))), .answer = {}};
  }

  Observed test(int, const std::vector<int>&) override { return run_command(); }

  std::optional<Observed> test_reverted(int commit) override {
    model::KernelSpec kernel;
    if (!steps_.choose_without(commit, kernel)) return std::nullopt;
    if (tree_.empty()) {
      config_ = kernel.base_config;
      return run_command();
    }
    check_out(steps_.step(steps_.history().tip()).id);
    if (!run({"apply", "--index", kernel.patches.back()}, tree_).ok()) return std::nullopt;
    Observed seen = run_command();
    git({"reset", "-q", "--hard"});
    return seen;
  }

 private:
  std::string git(std::vector<std::string> arguments) const { return git_in(tree_, std::move(arguments)); }

  void check_out(const std::string& id) {
    // What a killed run of the command left in tracked files goes: the tree was clean when this began.
    git({"checkout", "-q", "--force", "--detach", id});
  }

  async::task<void> run_on_pool(async::WorkerPool& pool, kernel::HostCommandRunner& runner, const kernel::Command& command,
                                std::optional<base::Result<kernel::CommandOutcome>>& out) {
    auto call = [&] { return runner.run(command, [](std::string_view line) { fmt::print(stderr, "  {}\n", line); }); };
    out = co_await pool.run(std::move(call));
  }

  Observed run_command() {
    kernel::Command command{.program = what_.command.front(),
                            .arguments = {what_.command.begin() + 1, what_.command.end()},
                            .directory = tree_};
    if (!config_.empty()) command.environment.emplace_back("VMLAB_CONFIG", config_);
    kernel::HostCommandRunner runner;
    async::asio::io_context loop;
    std::optional<base::Result<kernel::CommandOutcome>> outcome;
    bool whole = false;
    {
      async::WorkerPool pool(1);
      whole = run_loop(loop, run_on_pool(pool, runner, command, outcome), [&] { runner.cancel(); });
    }
    if (!whole) return {.kind = Observed::Kind::interrupted, .what = {}, .run = {}};
    if (!outcome) return {.kind = Observed::Kind::infra, .what = "the command did not run", .run = {}};
    if (!*outcome) return {.kind = Observed::Kind::infra, .what = outcome->error().text(), .run = {}};
    return judged(**outcome);
  }

  const BisectSteps& steps_;
  CommandBisect what_;
  fs::path tree_;
  std::string config_;
};

}  // namespace

BorrowedHead::BorrowedHead(const fs::path& repo, const fs::path& notes) : repo_(repo) {
  std::error_code ignored;
  fs::create_directories(notes, ignored);
  note_ = notes / ("head-" + base::sha256_hex(fs::weakly_canonical(repo).string()).substr(0, 12));
  lock_ = base::value_or_throw(base::FileLock::try_acquire(note_.string() + ".lock"));
  if (!lock_.locked())
    user_error("another bisection runs in " + repo.string(), "wait for it, or use a work tree of its own: --worktree");
  if (!run({"rev-parse", "--git-dir"}, repo_).ok()) return;  // for the reader of the range to tell
  if (!base::trim(git_in(repo_, {"status", "--porcelain", "--untracked-files=no"})).empty())
    user_error(repo_.string() + " has changes that are not committed",
               "commit or stash them, or let vmlab use a work tree of its own: --worktree");
  if (const auto left = base::read_file(note_)) {
    before_ = base::trim(*left);
    put_back();
  }
  const auto branch = run({"symbolic-ref", "-q", "--short", "HEAD"}, repo_);
  before_ = base::trim(branch.ok() ? branch.output : git_in(repo_, {"rev-parse", "HEAD"}));
  base::value_or_throw(base::write_file_atomic(note_, before_ + "\n"));
}

void BorrowedHead::put_back() {
  if (!run({"checkout", "-q", "--force", before_}, repo_).ok()) {
    fmt::print(stderr, "vmlab: {} could not be checked out again in {}\n", before_, repo_.string());
    return;
  }
  std::error_code ignored;
  fs::remove(note_, ignored);
}

BorrowedHead::~BorrowedHead() {
  if (!before_.empty()) put_back();
}

std::unique_ptr<bisect::Oracle> command_oracle(const BisectSteps& steps, CommandBisect what) {
  return std::make_unique<CommandOracle>(steps, std::move(what));
}

}  // namespace cli
