// SPDX-License-Identifier: Apache-2.0
// The oracle of a metric: by the instruction clock, against the metric's placebo band.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "cli/bands.h"
#include "cli/bisect_lab_base.h"
#include "cli/measuring.h"
#include "cli/stored_run.h"
#include "stats/summary.h"

namespace cli {
namespace {

using bisect::kGoodEnd;
using bisect::Observed;

Observed observed(Observed::Kind kind, std::string what) { return {.kind = kind, .what = std::move(what), .run = {}}; }

class MetricOracle : public BuildingOracle {
 public:
  MetricOracle(Session& session, store::Store& store, const BisectSteps& steps, const LabBisect& what, lab::RunRequest request,
               const bisect::Journal& journal)
      : BuildingOracle(session, store, steps, what.run, std::move(request), journal), metric_(what.metric), placebos_(what.placebos) {
    if (const std::string good = run_in_journal(kGoodEnd, "passed"); !good.empty()) take_as_good(load_view(session, store, good).run);
    if (const std::string bad = run_in_journal(steps.history().tip(), "failed"); !bad.empty())
      moved_ = change_of(load_view(session, store, bad).run);
  }

  std::string sought() const override {
    if (!moved_) return {};
    return fmt::format("{} {} from the good end to the bad one, placebo band {}", metric_, compare::percent(*moved_),
                       compare::percent(band_.value_or(0), false));
  }
  std::string reproduce(int commit) const override {
    const std::string before = kernel_in_words(commit - 1), after = kernel_in_words(commit);
    // Of a branch the step before is not the number before: then against the good end.
    const bool line = steps_.history().parents(commit) == std::vector<int>{commit - 1} || commit == 0;
    if (after.empty()) return {};
    std::string text = "vmlab ab";
    for (const std::string& scenario : options_.scenarios) text += " " + base::shell_quote(scenario);
    for (const std::string& machine : options_.machines) text += " --machine " + base::shell_quote(machine);
    return text + " --before " + base::shell_quote(line ? before : kernel_in_words(kGoodEnd)) + " --after " + base::shell_quote(after);
  }

 protected:
  Observed judge(int commit, const report::RunView& view, const lab::RunEnd&) override {
    const bool build = std::ranges::any_of(view.settled.cases, [](const compare::Case& c) {
      return c.outcome == model::Outcome::build_fail || c.outcome == model::Outcome::boot_fail;
    });
    if (build) return observed(Observed::Kind::untestable, "it does not build or boot");
    if (commit == kGoodEnd) {
      if (auto wrong = take_as_good(view.run)) return *wrong;
      return observed(Observed::Kind::passed, metric_ + " measured: what all else is compared with");
    }
    const std::optional<double> change = change_of(view.run);
    if (!change) return observed(Observed::Kind::untestable, metric_ + " was not measured");
    const std::string text = fmt::format("{} {}", metric_, compare::percent(*change));
    if (commit == steps_.history().tip() && !moved_) {
      if (std::abs(*change) <= *band_)
        return observed(Observed::Kind::passed, text + fmt::format(", inside its placebo band of {}: layout alone moves it so far, "
                                                                   "and no bisection can tell", compare::percent(*band_, false)));
      moved_ = change;
    }
    // Beyond the band, and nearer to the bad end than to the good one.
    const bool failed = std::abs(*change) > *band_ && *change * *moved_ > 0 && std::abs(*change) > std::abs(*moved_) / 2;
    return observed(failed ? Observed::Kind::failed : Observed::Kind::passed, text);
  }

 private:
  // The first time also its band; an answer where that cannot be.
  std::optional<Observed> take_as_good(const model::Run& run) {
    good_ = run;
    const std::vector<std::string> metrics = metrics_of(run);
    if (metrics.empty()) return observed(Observed::Kind::untestable, "nothing was measured");
    if (std::ranges::find(metrics, metric_) == metrics.end())
      user_error("there is no metric " + base::printable(metric_), "those that were measured: " + base::join(metrics, ", "));
    const MeasuredBands bands = bands_of(session_, request_for(kGoodEnd), run, placebos_, kPlaceboSeeds, store_);
    if (!bands.whole) return observed(Observed::Kind::interrupted, "");
    band_ = lookup(bands.machines)(run.jobs.front().machine, metric_);
    if (!band_) return observed(Observed::Kind::infra, bands.remarks.empty() ? "no placebo band" : bands.remarks.front());
    return std::nullopt;
  }
  static std::vector<std::string> metrics_of(const model::Run& run) {
    std::vector<std::string> names;
    for (const model::Sample& sample : run.samples)
      if (!sample.counter() && std::ranges::find(names, sample.metric) == names.end()) names.push_back(sample.metric);
    return names;
  }
  std::optional<double> change_of(const model::Run& run) const {
    if (!good_) return std::nullopt;
    for (const compare::Metric& metric : compare::pair_runs(*good_, run).file.metrics) {
      if (metric.name != metric_) continue;
      const auto* before = std::get_if<compare::Values>(&metric.before);
      const auto* after = std::get_if<compare::Values>(&metric.after);
      if (before == nullptr || after == nullptr || before->empty() || after->empty()) return std::nullopt;
      const double old = stats::median(*before);
      return old == 0 ? std::nullopt : std::optional(stats::median(*after) / old - 1);
    }
    return std::nullopt;
  }

  std::string metric_;
  int placebos_;
  std::optional<model::Run> good_;
  std::optional<double> band_, moved_;
};

}  // namespace

std::unique_ptr<LabOracle> metric_oracle(Session& session, store::Store& store, const BisectSteps& steps,
                                         const LabBisect& what, const bisect::Journal& journal) {
  lab::RunRequest request = measuring_request(session, what.run, what.run.kernel, 1);
  if (!is_exact(request))
    user_error("a metric is bisected by the instruction clock", "leave --clock out, or compare two kernels with `vmlab ab --clock wall`");
  if (request.jobs.size() > 1)
    user_error(fmt::format("{} machines measure {}", request.jobs.size(), what.metric), "name one: --machine x86_64");
  request.check_exact = false;
  return std::make_unique<MetricOracle>(session, store, steps, what, std::move(request), journal);
}

}  // namespace cli
