// SPDX-License-Identifier: Apache-2.0
#include "cli/bisect_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/hash.h"
#include "base/text.h"
#include "bisect/journal.h"
#include "cli/bisect_config.h"
#include "cli/source_argument.h"
#include "kernel/commits.h"
#include "kernel/git.h"

namespace cli {
namespace {

namespace fs = base::fs;

[[noreturn]] void fail(const kernel::SourceFailure& failure) {
  if (!failure.user.empty()) throw base::UserError{failure.user};
  throw base::InfraError(failure.host.text());
}

template <class T>
T value_or_fail(std::expected<T, kernel::SourceFailure> result) {
  if (!result) fail(result.error());
  return std::move(*result);
}

void use(const SourceArgument& source, model::KernelSpec& kernel) {
  kernel.source = source.source;
  kernel.patches.insert(kernel.patches.end(), source.patches.begin(), source.patches.end());
}

BisectStep step_of(const kernel::Commit& commit) { return {commit.id, commit.subject, commit.author, commit.date}; }

class GitSteps : public BisectSteps {
 public:
  GitSteps(const BisectWhat& what, const fs::path& folder) : repo_(fs::absolute(what.repo)), folder_(folder) {
    kernel::HostCommandRunner runner;
    const auto commits = value_or_fail(kernel::read_range(repo_, what.good, what.bad, runner));
    if (commits.empty())
      user_error(fmt::format("there is no commit between {} and {}", base::join(what.good, ", "), what.bad),
                 "the bad revision has to contain commits that the good one does not: are they the other way round?");
    std::map<std::string, int> index;
    std::vector<std::vector<int>> parents;
    base::Sha256 hash;
    for (const kernel::Commit& commit : commits) {
      parents.emplace_back();
      for (const std::string& parent : commit.parents)
        if (const auto found = index.find(parent); found != index.end()) parents.back().push_back(found->second);
      index[commit.id] = static_cast<int>(steps_.size());
      steps_.push_back(step_of(commit));
      hash.field(commit.id);
    }
    history_ = bisect::History(std::move(parents));
    good_ = step_of(value_or_fail(kernel::read_commit(repo_, what.good.front(), runner)));
    const auto bases = value_or_fail(kernel::merge_bases(repo_, good_.id, steps_.back().id, runner));
    parted_ = bases != std::vector{good_.id};
    if (parted_ && bases.size() != 1)
      user_error(fmt::format("{} and {} part at {} commits", what.good.front(), what.bad, bases.size()),
                 "give as --good what the bad revision contains: " + base::join(bases, ", "));
    if (parted_) good_ = step_of(value_or_fail(kernel::read_commit(repo_, bases.front(), runner)));
    identity_ = hash.field(good_.id).hex();
    text_ = fmt::format("{} commits of {}, {}..{}", steps_.size(), repo_.string(), base::join(what.good, ","), what.bad);
  }

  void choose(int commit, model::KernelSpec& kernel) const override {
    kernel.source = {.kind = model::SourceRef::Kind::git, .location = repo_.string(), .revision = step(commit).id};
  }
  bool choose_without(int commit, model::KernelSpec& kernel) const override {
    if (history_.merge(commit)) return false;
    kernel::HostCommandRunner runner;
    const std::string& id = step(commit).id;
    const auto diff = kernel::run_or_fail(runner, kernel::git(repo_, {"diff", "--binary", id, id + "^"}));
    if (!diff) return false;  // a root commit
    const fs::path file = folder_ / ("without-" + id.substr(0, 12) + ".patch");
    base::value_or_throw(base::write_file_atomic(file, *diff));
    choose(history_.tip(), kernel);
    kernel.patches.push_back(file.string());
    return true;
  }
  bool choose_in_words(int commit, RunOptions& options) const override {
    options.kernel = "git:" + repo_.string() + "#" + step(commit).id;
    return true;
  }

 private:
  fs::path repo_, folder_;
};

class SeriesSteps : public BisectSteps {
 public:
  SeriesSteps(const BisectWhat& what, const fs::path& folder) {
    kernel::HostCommandRunner runner;
    auto series = kernel::split_series(what.patches, folder, runner);
    if (!series) throw base::UserError{series.error()};
    if (series->patches.empty()) user_error("there is no patch in " + base::join(what.patches, ", "), "");
    kernel_ = what.kernel;
    if (!kernel_.empty()) source_ = parse_source_argument(kernel_);
    base::Sha256 hash;
    hash.field(kernel_);
    for (const kernel::SeriesPatch& patch : series->patches) {
      files_.push_back(patch.file.string());
      steps_.push_back({patch.file.stem().string(), patch.subject, patch.author, ""});
      hash.field(base::read_file(patch.file).value_or(""));
    }
    history_ = bisect::History::linear(static_cast<int>(files_.size()));
    good_ = {"base", "no patch applied", "", ""};
    identity_ = hash.hex();
    text_ = fmt::format("{} patches of {}{}", files_.size(), base::join(what.patches, ", "),
                        what.kernel.empty() ? "" : " on " + what.kernel);
  }

  void choose(int commit, model::KernelSpec& kernel) const override {
    base_of(kernel);
    kernel.patches.insert(kernel.patches.end(), files_.begin(), files_.begin() + commit + 1);
  }
  bool choose_without(int commit, model::KernelSpec& kernel) const override {
    base_of(kernel);
    for (int patch = 0; patch < history_.size(); ++patch)
      if (patch != commit) kernel.patches.push_back(files_[static_cast<std::size_t>(patch)]);
    return true;
  }
  bool choose_in_words(int commit, RunOptions& options) const override {
    options.kernel = kernel_;
    options.patches.assign(files_.begin(), files_.begin() + commit + 1);
    return true;
  }

 private:
  void base_of(model::KernelSpec& kernel) const {
    if (source_) use(*source_, kernel);
  }
  std::string kernel_;  // as given; empty: the scenario's
  std::optional<SourceArgument> source_;
  std::vector<std::string> files_;
};

class ConfigSteps : public BisectSteps {
 public:
  ConfigSteps(const BisectWhat& what, const fs::path& folder) : folder_(folder) {
    good_options_ = read_config(what.good_config);
    differences_ = config_differences(good_options_, read_config(what.bad_config));
    if (differences_.empty()) user_error(what.good_config + " and " + what.bad_config + " say the same", "");
    if (!what.kernel.empty()) source_ = parse_source_argument(what.kernel);
    base::Sha256 hash;
    hash.field(what.kernel);
    for (const ConfigLine& line : good_options_) hash.field(line.name).field(line.value);
    for (const ConfigDifference& one : differences_) {
      steps_.push_back({one.bad, one.good + " -> " + one.bad, "", ""});
      hash.field(one.bad);
    }
    history_ = bisect::History::linear(static_cast<int>(differences_.size()));
    good_ = {"good config", what.good_config, "", ""};
    identity_ = hash.hex();
    text_ = fmt::format("{} options in which {} differs from {}", differences_.size(), what.bad_config, what.good_config);
  }

  void choose(int commit, model::KernelSpec& kernel) const override { write(commit, -1, kernel); }
  bool choose_without(int commit, model::KernelSpec& kernel) const override {
    write(history_.tip(), commit, kernel);
    return true;
  }

 private:
  void write(int last, int without, model::KernelSpec& kernel) const {
    std::vector<ConfigDifference> applied;
    for (int i = 0; i <= last; ++i)
      if (i != without) applied.push_back(differences_[static_cast<std::size_t>(i)]);
    const std::string text = config_text(good_options_, applied);
    const fs::path file = folder_ / (base::sha256_hex(text).substr(0, 16) + ".config");
    base::value_or_throw(base::write_file_atomic(file, text));
    kernel.base_config = file.string();
    kernel.fragments.clear();
    if (source_) use(*source_, kernel);
  }
  fs::path folder_;
  std::vector<ConfigLine> good_options_;
  std::vector<ConfigDifference> differences_;
  std::optional<SourceArgument> source_;
};

class KernelSteps : public BisectSteps {
 public:
  explicit KernelSteps(const std::vector<std::string>& kernels) {
    if (kernels.size() < 2)
      user_error("--kernels names one kernel", "at least a good one and a bad one: --kernels debian:6.12.111-1,debian:6.12.117-1");
    base::Sha256 hash;
    for (const std::string& text : kernels) {
      hash.field(text);
      sources_.push_back(parse_source_argument(text));
      (steps_.empty() && sources_.size() == 1 ? good_ : steps_.emplace_back()) = {text, "", "", ""};
    }
    history_ = bisect::History::linear(static_cast<int>(steps_.size()));
    identity_ = hash.hex();
    text_ = fmt::format("{} kernels, {} to {}", kernels.size(), kernels.front(), kernels.back());
  }
  void choose(int commit, model::KernelSpec& kernel) const override {
    use(sources_[static_cast<std::size_t>(commit + 1)], kernel);
  }
  bool choose_without(int, model::KernelSpec&) const override { return false; }
  bool choose_in_words(int commit, RunOptions& options) const override {
    options.kernel = step(commit).id;
    return true;
  }

 private:
  std::vector<SourceArgument> sources_;  // the good one first
};

}  // namespace

std::string BisectStep::label() const {
  return bisect::short_id(id) + (subject.empty() ? "" : " " + base::printable(subject));
}

double BisectSteps::far(int from, int to) const {
  return 0.5 + 0.5 * std::abs(from - to) / static_cast<double>(std::max(1, history_.size()));
}

std::unique_ptr<BisectSteps> bisect_steps(const BisectWhat& what, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!what.patches.empty()) return std::make_unique<SeriesSteps>(what, folder);
  if (!what.good_config.empty()) return std::make_unique<ConfigSteps>(what, folder);
  if (!what.kernels.empty()) return std::make_unique<KernelSteps>(what.kernels);
  return std::make_unique<GitSteps>(what, folder);
}

}  // namespace cli
