// SPDX-License-Identifier: Apache-2.0
// What the two lab oracles share: requests, builds and their costs. Private to the bisection's files.
#pragma once
#include <map>

#include "cli/bisect_lab.h"
#include "report/view.h"

namespace cli {

class BuildingOracle : public LabOracle {
 public:
  // `options`: what `request` was made from.
  BuildingOracle(Session& session, store::Store& store, const BisectSteps& steps, RunOptions options,
                 lab::RunRequest request, const bisect::Journal& journal);

  bisect::Prepared prepare(int commit) override;
  bisect::Observed test(int commit, const std::vector<int>& meanwhile) override;
  std::optional<bisect::Observed> test_reverted(int commit) override;
  double build_cost(int commit) override;
  std::string reproduce(int commit) const override;

 protected:
  // A stored run of a step, as its reports show it.
  virtual bisect::Observed judge(int commit, const report::RunView& view, const lab::RunEnd& end) = 0;
  // Of a step that does not compile; nullopt: that may be what is sought, and a run has to tell.
  virtual std::optional<bisect::Observed> not_built(const std::string& reason) const {
    return bisect::Observed{.kind = bisect::Observed::Kind::untestable, .what = "does not build: " + reason, .run = {}};
  }
  // For runs of one step after the other: other seeds.
  virtual void vary(lab::RunRequest& /*request*/, int /*earlier_runs*/) const {}

  lab::RunRequest request_for(int commit) const;
  // SRC[+FILE..] of a step; empty: it cannot be said in words.
  std::string kernel_in_words(int commit) const;
  // The run that the journal has of a step with this outcome; empty: none.
  std::string run_in_journal(int commit, std::string_view outcome) const;

  Session& session_;
  store::Store& store_;
  const BisectSteps& steps_;
  RunOptions options_;
  lab::RunRequest request_;
  const bisect::Journal& journal_;

 private:
  // A finished run of the same kernels, to the byte, that ran these tests in the same way, and that this bisection has not
  // counted yet (of the instruction clock: any that measured this): a series that was tested before has its answers.
  // Empty: there is none.
  std::string run_in_store(const lab::RunRequest& request) const;
  bisect::Observed carried_out(int commit, const lab::RunRequest& request, const std::vector<scenario::JobRequest>& meanwhile);
  std::map<int, bool> built_;  // steps whose kernel is there
  std::map<std::string, std::string> images_;  // of the step prepared last: machine -> hash of its kernel
  int last_built_ = bisect::kGoodEnd;
};

}  // namespace cli
