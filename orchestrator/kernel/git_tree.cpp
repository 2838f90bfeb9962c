// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "kernel/base_tree.h"
#include "kernel/git.h"

namespace kernel {
namespace {

namespace fs = base::fs;

// A line of git ls-tree: a file's mode and object.
struct Blob {
  std::string mode;
  std::string object;
  FileContent with(std::string bytes) const {
    return {std::move(bytes), mode == "100755", mode == "120000"};
  }
};
using Listing = std::map<std::string, Blob>;

// "<mode> SP blob SP <object> TAB <path> NUL" (git-ls-tree(1)); submodules ("commit") are no files.
Listing parse_listing(std::string_view text) {
  Listing listing;
  for (std::string_view entry : base::split(text, '\0')) {
    const std::size_t tab = entry.find('\t');
    if (tab == entry.npos) continue;
    const auto words = base::split_words(entry.substr(0, tab));
    if (words.size() == 3 && words[1] == "blob")
      listing[std::string(entry.substr(tab + 1))] = {std::string(words[0]), std::string(words[2])};
  }
  return listing;
}

class GitTree : public BaseTree {
 public:
  GitTree(fs::path repository, std::string tree, std::string description, Listing listing,
          CommandRunner& runner)
      : repository_(std::move(repository)),
        tree_(std::move(tree)),
        identity_("git-" + tree_),
        family_("git-" + base::sha256_hex(repository_.string()).substr(0, 16)),
        description_(std::move(description)),
        listing_(std::move(listing)),
        runner_(&runner) {}
  const std::string& identity() const override { return identity_; }
  const std::string& family() const override { return family_; }
  std::string snapshot() const override { return tree_; }
  std::string description() const override { return description_; }
  std::string config_identity() const override {
    base::Sha256 hash;
    for (const auto& [path, blob] : listing_)
      if (decides_config(path)) hash.field(path).field(blob.object);
    return hash.hex();
  }

  base::Result<std::optional<FileContent>> read(const std::string& path) const override {
    const auto blob = listing_.find(path);
    if (blob == listing_.end()) return std::nullopt;
    auto bytes = run_or_fail(*runner_, git(repository_, {"cat-file", "blob", blob->second.object}));
    if (!bytes) return std::unexpected(bytes.error());
    return blob->second.with(std::move(*bytes));
  }

  // One git for thousands of files: "<object> SP blob SP <size> LF <bytes> LF" each, in the order
  // asked.
  base::Result<std::map<std::string, FileContent>> read_many(
      const std::vector<std::string>& paths) const override {
    Command batch = git(repository_, {"cat-file", "--batch"});
    std::vector<std::string> present;
    for (const std::string& path : paths)
      if (const auto blob = listing_.find(path); blob != listing_.end()) {
        batch.input += blob->second.object + "\n";
        present.push_back(path);
      }
    std::map<std::string, FileContent> contents;
    if (present.empty()) return contents;
    auto output = run_or_fail(*runner_, batch);
    if (!output) return std::unexpected(output.error());
    std::string_view rest = *output;
    for (const std::string& path : present) {
      const std::string_view header = rest.substr(0, rest.find('\n'));
      const auto words = base::split_words(header);
      const auto size = words.size() == 3 ? base::parse_int(words[2]) : std::nullopt;
      if (!size || *size < 0 || header.size() + 2 + static_cast<std::size_t>(*size) > rest.size())
        return base::fail(fmt::format("git cat-file gave no content for {}: '{}'", path,
                                      base::printable(header)));
      contents[path] = listing_.at(path).with(
          std::string(rest.substr(header.size() + 1, static_cast<std::size_t>(*size))));
      rest.remove_prefix(header.size() + 2 + static_cast<std::size_t>(*size));
    }
    return contents;
  }

  base::Result<void> populate(const fs::path& destination) const override {
    std::error_code error;
    fs::create_directories(destination, error);
    const fs::path archive = destination.string() + ".tar";
    auto archived = run_or_fail(
        *runner_, git(repository_, {"archive", "--format=tar", "-o", archive.string(), tree_}));
    if (!archived) return std::unexpected(archived.error());
    auto unpacked = run_or_fail(*runner_, {.program = "tar",
                                           .arguments = {"--no-same-owner", "-xf", archive.string(),
                                                         "-C", destination.string()}});
    fs::remove(archive, error);
    if (!unpacked) return std::unexpected(unpacked.error());
    return {};
  }

  base::Result<std::optional<std::vector<std::string>>> changed_since(
      const std::string& old) const override {
    if (old == tree_) return std::vector<std::string>{};
    auto names = runner_->run(
        git(repository_, {"diff-tree", "-r", "-z", "--no-renames", "--name-only", old, tree_}));
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
  Listing listing_;
  CommandRunner* runner_;
};

}  // namespace

base::Result<std::unique_ptr<BaseTree>> git_tree(const fs::path& repository,
                                                 const std::string& revision,
                                                 CommandRunner& runner) {
  std::error_code error;
  const fs::path folder = fs::canonical(repository, error);
  if (error) return base::fail(fmt::format("{}: {}", repository.string(), error.message()));
  auto top = runner.run(git(folder, {"rev-parse", "--git-dir"}));
  if (!top) return std::unexpected(top.error());
  if (!top->ok())
    // git has more reasons to refuse than one, a repository of somebody else for example: its own words count.
    return base::fail(fmt::format("{} is not a git repository for this user: {}", folder.string(),
                                  base::printable(base::trim(top->tail))),
                      "use dir:PATH for a plain folder");
  const std::string asked = revision.empty() ? "HEAD" : revision;
  auto tree = runner.run(
      git(folder, {"rev-parse", "--verify", "--quiet", "--end-of-options", asked + "^{tree}"}));
  if (!tree) return std::unexpected(tree.error());
  if (!tree->ok())
    return base::fail(fmt::format("{} has no revision '{}'", folder.string(), base::printable(asked)),
                      fmt::format("the branches and tags: git -C {} for-each-ref --format='%(refname:short)'",
                                  base::shell_quote(folder.string())));
  auto described = runner.run(git(folder, {"describe", "--always", asked}));
  const std::string name =
      described && described->ok() ? std::string(base::trim(described->output)) : asked;
  const std::string id(base::trim(tree->output));
  auto listed = run_or_fail(runner, git(folder, {"ls-tree", "-r", "-z", "--full-tree", id}));
  if (!listed) return std::unexpected(listed.error());
  return std::make_unique<GitTree>(folder, id, name, parse_listing(*listed), runner);
}

}  // namespace kernel
