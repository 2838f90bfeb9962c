// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/base_tree.h"

namespace kernel {
namespace {

namespace fs = base::fs;

Command git(const fs::path& repository, std::vector<std::string> arguments) {
  Command command{.program = "git", .arguments = std::move(arguments), .capture = true};
  command.arguments.insert(command.arguments.begin(), {"-C", repository.string()});
  // Another git's variables (a hook, a rebase --exec) must not send us to another repository.
  command.unset = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"};
  return command;
}

class GitTree : public BaseTree {
 public:
  GitTree(fs::path repository, std::string tree, std::string description, CommandRunner& runner)
      : repository_(std::move(repository)), tree_(std::move(tree)), identity_("git-" + tree_),
        family_("git-" + base::sha256_hex(repository_.string()).substr(0, 16)),
        description_(std::move(description)), runner_(&runner) {}
  const std::string& identity() const override { return identity_; }
  const std::string& family() const override { return family_; }
  std::string snapshot() const override { return tree_; }
  std::string description() const override { return description_; }

  base::Result<std::optional<FileContent>> read(const std::string& path) const override {
    auto listed = run_or_fail(*runner_, git(repository_, {"ls-tree", "-z", tree_, "--", path}));
    if (!listed) return std::unexpected(listed.error());
    // "<mode> SP <type> SP <object> TAB <path> NUL" (git-ls-tree(1)).
    const std::string_view entry = std::string_view(*listed).substr(0, listed->find('\t'));
    const auto words = base::split_words(entry);
    if (words.size() != 3 || words[1] != "blob") return std::nullopt;
    const bool symlink = words[0] == "120000", executable = words[0] == "100755";
    auto bytes = run_or_fail(*runner_, git(repository_, {"cat-file", "blob", std::string(words[2])}));
    if (!bytes) return std::unexpected(bytes.error());
    return FileContent{std::move(*bytes), executable, symlink};
  }

  base::Result<void> populate(const fs::path& destination) const override {
    std::error_code error;
    fs::create_directories(destination, error);
    const fs::path archive = destination.string() + ".tar";
    auto archived = run_or_fail(
        *runner_, git(repository_, {"archive", "--format=tar", "-o", archive.string(), tree_}));
    if (!archived) return std::unexpected(archived.error());
    auto unpacked = run_or_fail(
        *runner_, {.program = "tar",
                   .arguments = {"--no-same-owner", "-xf", archive.string(), "-C", destination.string()}});
    fs::remove(archive, error);
    if (!unpacked) return std::unexpected(unpacked.error());
    return {};
  }

  base::Result<std::optional<std::vector<std::string>>> changed_since(const std::string& old) const override {
    if (old == tree_) return std::vector<std::string>{};
    auto names = runner_->run(git(repository_, {"diff-tree", "-r", "-z", "--no-renames", "--name-only", old, tree_}));
    if (!names) return std::unexpected(names.error());
    if (!names->ok()) return std::nullopt;  // the old tree is gone from the repository
    std::vector<std::string> paths;
    for (std::string_view name : base::split(names->output, '\0'))
      if (!name.empty()) paths.emplace_back(name);
    return paths;
  }

 private:
  fs::path repository_;
  std::string tree_, identity_, family_, description_;
  CommandRunner* runner_;
};

}  // namespace

base::Result<std::unique_ptr<BaseTree>> git_tree(const fs::path& repository, const std::string& revision,
                                                 CommandRunner& runner) {
  std::error_code error;
  const fs::path folder = fs::canonical(repository, error);
  if (error) return base::fail(fmt::format("{}: {}", repository.string(), error.message()));
  auto top = runner.run(git(folder, {"rev-parse", "--git-dir"}));
  if (!top) return std::unexpected(top.error());
  if (!top->ok()) return base::fail(folder.string() + " is not a git repository", "use dir:PATH for a plain folder");
  const std::string asked = revision.empty() ? "HEAD" : revision;
  auto tree = runner.run(git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", asked + "^{tree}"}));
  if (!tree) return std::unexpected(tree.error());
  if (!tree->ok()) return base::fail(fmt::format("{} has no revision '{}'", folder.string(), asked));
  auto described = runner.run(git(folder, {"describe", "--always", asked}));
  const std::string name =
      described && described->ok() ? std::string(base::trim(described->output)) : asked;
  return std::make_unique<GitTree>(folder, std::string(base::trim(tree->output)), name, runner);
}

}  // namespace kernel
