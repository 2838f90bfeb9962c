// SPDX-License-Identifier: Apache-2.0
// What a bisection steps through, as the command line names it: the commits of a repository, the patches of a series, the
// options in which two configurations differ, or kernels in a row (point releases).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bisect/history.h"
#include "cli/run_options.h"
#include "model/source.h"

namespace cli {

struct BisectStep {
  std::string id;  // full commit name, patch file, "CONFIG_SMP=n"
  std::string subject, author, date;
  std::string label() const;  // for people: short id and subject
};

class BisectSteps {
 public:
  virtual ~BisectSteps() = default;
  const bisect::History& history() const { return history_; }
  const std::vector<BisectStep>& all() const { return steps_; }
  const BisectStep& step(int commit) const { return commit < 0 ? good_ : steps_[static_cast<std::size_t>(commit)]; }
  const std::string& identity() const { return identity_; }  // equal: the same steps
  const std::string& text() const { return text_; }          // "16 patches of series.mbox on debian:6.12"
  // The bad revision does not contain the good one: the good end is the commit where they part. `git bisect` tests it
  // first, and so do we: if it fails, something was repaired on the good side and nothing broke on the bad one.
  bool parted() const { return parted_; }

  // The kernel of a step, from the one that the scenario asks for.
  virtual void choose(int commit, model::KernelSpec& kernel) const = 0;
  // The bad end without the step; false: nobody knows how to take it back.
  virtual bool choose_without(int commit, model::KernelSpec& kernel) const = 0;
  // The same in the words of `vmlab run`, so that a result of a step can be reproduced; false: they have none for it.
  virtual bool choose_in_words(int /*commit*/, RunOptions& /*options*/) const { return false; }
  // How much a build changes from one step to another, 0 to 1.
  virtual double far(int from, int to) const;

 protected:
  bisect::History history_ = bisect::History::linear(1);
  std::vector<BisectStep> steps_;
  BisectStep good_;
  std::string identity_, text_;
  bool parted_ = false;
};

struct BisectWhat {
  std::vector<std::string> patches;         // --patches
  std::string repo, bad;                    // --repo, --bad
  std::vector<std::string> good;            // --good
  std::string good_config, bad_config;      // --good-config, --bad-config
  std::vector<std::string> kernels;         // --kernels: the good one first, the bad one last
  std::string kernel;                       // --kernel, for a series and configurations
};

// Reads what is to be stepped through; patches and configurations are written to `folder`, which has to outlive the
// bisection and may be there from an interrupted one. Throws UserError.
std::unique_ptr<BisectSteps> bisect_steps(const BisectWhat& what, const base::fs::path& folder);

}  // namespace cli
