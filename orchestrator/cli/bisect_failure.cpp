// SPDX-License-Identifier: Apache-2.0
// The oracle of a failing test, build or boot.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/bisect_lab_base.h"
#include "cli/stored_run.h"
#include "compare/sought.h"

namespace cli {
namespace {

using bisect::kGoodEnd;
using bisect::Observed;
using compare::Sighting;

Observed::Kind kind_of(Sighting::Kind kind) {
  switch (kind) {
    case Sighting::Kind::seen: return Observed::Kind::failed;
    case Sighting::Kind::not_seen: return Observed::Kind::passed;
    case Sighting::Kind::unclear: return Observed::Kind::untestable;
    case Sighting::Kind::no_verdict: return Observed::Kind::infra;
  }
  return Observed::Kind::infra;
}

class FailureOracle : public BuildingOracle {
 public:
  FailureOracle(Session& session, store::Store& store, const BisectSteps& steps, const LabBisect& what, lab::RunRequest request,
                const bisect::Journal& journal)
      : BuildingOracle(session, store, steps, what.run, std::move(request), journal), test_(what.test) {
    if (const std::string bad = run_in_journal(steps.history().tip(), "failed"); !bad.empty())
      sought_ = compare::sought_failures(load_view(session, store, bad).settled, nullptr, test_);
    if (const std::string good = run_in_journal(kGoodEnd, "passed"); !good.empty() && !sought_.empty())
      leave_out(load_view(session, store, good).settled);
  }

  std::string sought() const override {
    if (sought_.empty()) return {};
    return sought_.front().text + (sought_.size() > 1 ? fmt::format(", and {} others", sought_.size() - 1) : "");
  }

 protected:
  Observed judge(int commit, const report::RunView& view, const lab::RunEnd&) override {
    if (commit == steps_.history().tip() && sought_.empty()) {
      sought_ = compare::sought_failures(view.settled, nullptr, test_);
      if (sought_.empty()) return nothing_failed(view);
    }
    if (sought_.empty()) return {.kind = Observed::Kind::untestable, .what = "nobody knows yet what to look for", .run = {}};
    if (commit == kGoodEnd) {
      const auto before = sought_;
      leave_out(view.settled);
      if (sought_.empty()) {
        sought_ = before;
        return {.kind = Observed::Kind::failed, .what = "it fails there in the same way: " + before.front().text, .run = {}};
      }
    }
    Sighting sighting = compare::look_for(sought_, view.settled);
    return {.kind = kind_of(sighting.kind), .what = std::move(sighting.text), .run = {}};
  }

  std::optional<Observed> not_built(const std::string& reason) const override {
    const bool sought = std::ranges::any_of(sought_, [](const auto& one) { return one.outcome == model::Outcome::build_fail; });
    return sought_.empty() || sought ? std::nullopt : BuildingOracle::not_built(reason);
  }

  // A race shows under some seeds: another go takes others.
  void vary(lab::RunRequest& request, int earlier_runs) const override {
    for (std::uint64_t& seed : request.seeds) seed += request.seeds.size() * static_cast<std::uint64_t>(earlier_runs);
  }

 private:
  // What fails at the good end in the same way is not what broke.
  void leave_out(const compare::Settled& good) {
    std::erase_if(sought_, [&](const compare::SoughtFailure& one) {
      return compare::look_for({one}, good).kind == Sighting::Kind::seen;
    });
  }
  Observed nothing_failed(const report::RunView& view) const {
    bool infra = false;
    for (const compare::Case& c : view.settled.cases) infra = infra || c.outcome == model::Outcome::infra;
    return {.kind = infra ? Observed::Kind::infra : Observed::Kind::passed,
            .what = (test_.empty() ? "nothing" : base::printable(test_) + " does not") + (test_.empty() ? " fails" : " fail"), .run = {}};
  }

  std::string test_;
  std::vector<compare::SoughtFailure> sought_;
};

}  // namespace

std::unique_ptr<LabOracle> failure_oracle(Session& session, store::Store& store, const BisectSteps& steps,
                                          const LabBisect& what, const bisect::Journal& journal) {
  lab::RunRequest request = request_of(session, what.run);
  request.reruns.retries = 0;  // how often it fails is for the search to find out
  if (what.run.hunt) {
    request.seeds = parse_seeds("--seeds", what.run.seeds);
    request.check_exact = false;
  }
  return std::make_unique<FailureOracle>(session, store, steps, what, std::move(request), journal);
}

}  // namespace cli
