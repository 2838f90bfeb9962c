// SPDX-License-Identifier: Apache-2.0
#include "cli/bisect_lab_base.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cli/stored_run.h"

namespace cli {

using bisect::Observed;
using bisect::Prepared;

BuildingOracle::BuildingOracle(Session& session, store::Store& store, const BisectSteps& steps, lab::RunRequest request,
                               const bisect::Journal& journal)
    : session_(session), store_(store), steps_(steps), request_(std::move(request)), journal_(journal) {
  for (const bisect::Entry& entry : journal.entries())
    for (int commit = 0; commit < steps.history().size(); ++commit)
      if (steps.step(commit).id == entry.commit && !entry.kernel.empty()) built_[commit] = true;
}

lab::RunRequest BuildingOracle::request_for(int commit) const {
  lab::RunRequest request = request_;
  for (scenario::JobRequest& job : request.jobs) steps_.choose(commit, job.kernel);
  return request;
}

Prepared BuildingOracle::prepare(int commit) {
  const lab::RunRequest request = request_for(commit);
  const auto kernels = built_kernels_of(session_, request, store_);
  if (!kernels) return {.fingerprint = {}, .answer = Observed{.kind = Observed::Kind::interrupted, .what = {}, .run = {}}};
  std::string images;
  for (const lab::KernelOfJob& one : *kernels) {
    if (one.kernel) {
      images += one.kernel->identity.image_sha256 + " ";
      continue;
    }
    const lab::BuildProblem& problem = one.kernel.error();
    if (problem.kind == lab::BuildProblem::Kind::user) throw base::UserError{problem.diagnostics};
    if (problem.kind == lab::BuildProblem::Kind::infra)
      return {.fingerprint = {}, .answer = Observed{.kind = Observed::Kind::infra, .what = problem.reason, .run = {}}};
    return {};  // it does not compile: the run reports it with the compiler's lines
  }
  built_[commit] = true;
  last_built_ = commit;
  return {.fingerprint = base::sha256_hex(images), .answer = {}};
}

Observed BuildingOracle::test(int commit, const std::vector<int>& meanwhile) {
  lab::RunRequest request = request_for(commit);
  int earlier = 0;
  for (const bisect::Entry& entry : journal_.entries()) earlier += entry.commit == steps_.step(commit).id;
  vary(request, earlier);
  std::vector<scenario::JobRequest> ahead;
  for (const int next : meanwhile)
    if (!built_[next]) std::ranges::copy(request_for(next).jobs, std::back_inserter(ahead));
  return carried_out(commit, request, ahead);
}

Observed BuildingOracle::carried_out(int commit, const lab::RunRequest& request, const std::vector<scenario::JobRequest>& meanwhile) {
  const CarriedOut done = carry_out(session_, request, store_, meanwhile);
  if (!done.whole) return {.kind = Observed::Kind::interrupted, .what = {}, .run = {}};
  Observed seen = judge(commit, load_view(session_, store_, done.run), done.end);
  seen.run = done.run;
  return seen;
}

std::optional<Observed> BuildingOracle::test_reverted(int commit) {
  lab::RunRequest request = request_;
  for (scenario::JobRequest& job : request.jobs)
    if (!steps_.choose_without(commit, job.kernel)) return std::nullopt;
  try {
    return carried_out(steps_.history().tip(), request, {});
  } catch (const base::UserError&) {
    return std::nullopt;  // what came later builds on it: it cannot be taken out alone
  }
}

double BuildingOracle::build_cost(int commit) {
  if (const auto known = built_.find(commit); known != built_.end() && known->second) return 0;
  return steps_.far(last_built_, commit);
}

std::string BuildingOracle::run_in_journal(int commit, std::string_view outcome) const {
  for (const bisect::Entry& entry : journal_.entries())
    if (entry.commit == steps_.step(commit).id && entry.outcome == outcome && !entry.run.empty()) return entry.run;
  return {};
}

std::string BuildingOracle::reproduce(int commit) const {
  for (const bisect::Entry& entry : journal_.entries()) {
    if (entry.commit != steps_.step(commit).id || entry.outcome != "failed" || entry.run.empty()) continue;
    const report::RunView view = load_view(session_, store_, entry.run);
    for (const compare::Case& c : view.settled.cases)
      if (model::verdict_of(c.outcome) == model::Verdict::bad) return "vmlab reproduce " + c.result.handle;
    return "vmlab report " + entry.run;
  }
  return {};
}

}  // namespace cli
