// SPDX-License-Identifier: Apache-2.0
#include "cli/bisect_lab_base.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "cli/measured_before.h"
#include "cli/series_plan.h"
#include "cli/stored_run.h"
#include "lab/request_note.h"

namespace cli {

using bisect::Observed;
using bisect::Prepared;

BuildingOracle::BuildingOracle(Session& session, store::Store& store, const BisectSteps& steps, RunOptions options,
                               lab::RunRequest request, const bisect::Journal& journal)
    : session_(session),
      store_(store),
      steps_(steps),
      options_(std::move(options)),
      request_(std::move(request)),
      journal_(journal) {
  for (const bisect::Entry& entry : journal.entries())
    for (int commit = 0; commit < steps.history().size(); ++commit)
      if (steps.step(commit).id == entry.commit && !entry.kernel.empty()) built_[commit] = true;
}

lab::RunRequest BuildingOracle::request_for(int commit) const {
  lab::RunRequest request = request_;
  for (scenario::JobRequest& job : request.jobs) steps_.choose(commit, job.kernel);
  if (RunOptions words = options_; steps_.choose_in_words(commit, words)) request.command = run_command_text(words);
  return request;
}

std::string BuildingOracle::kernel_in_words(int commit) const {
  RunOptions words = options_;
  if (!steps_.choose_in_words(commit, words)) return {};
  std::string text = words.kernel.empty() ? request_.jobs.front().kernel.source.text() : words.kernel;
  for (const std::string& patch : words.patches) text += "+" + patch;
  return text;
}

Prepared BuildingOracle::prepare(int commit) {
  const lab::RunRequest request = request_for(commit);
  const auto kernels = built_kernels_of(session_, request, store_);
  if (!kernels) return {.fingerprint = {}, .answer = Observed{.kind = Observed::Kind::interrupted, .what = {}, .run = {}}};
  std::string images;
  images_.clear();
  for (const lab::KernelOfJob& one : *kernels) {
    if (one.kernel) {
      images_[std::string(one.machine->id)] = one.kernel->identity.image_sha256;
      images += one.kernel->identity.image_sha256 + " ";
      continue;
    }
    const lab::BuildProblem& problem = one.kernel.error();
    if (problem.kind == lab::BuildProblem::Kind::user) throw base::UserError{problem.diagnostics};
    if (problem.kind == lab::BuildProblem::Kind::infra)
      return {.fingerprint = {}, .answer = Observed{.kind = Observed::Kind::infra, .what = problem.reason, .run = {}}};
    return {.fingerprint = {}, .answer = not_built(problem.reason)};
  }
  built_[commit] = true;
  last_built_ = commit;
  return {.fingerprint = base::sha256_hex(images), .answer = {}};
}

std::string BuildingOracle::run_in_store(const lab::RunRequest& request) const {
  if (images_.empty()) return {};
  // By the instruction clock one run is as good as another.
  if (!request.seeds.empty()) return MeasuredBefore(session_, request, images_).find(store_);
  // What a result means, but for the kernel: of that the bytes are compared.
  const std::vector<std::string> wanted = lab::lines_without_kernels(request);
  for (const store::RunSummary& summary : store_.list_runs()) {
    if (summary.state != store::RunState::finished) continue;
    if (std::ranges::any_of(journal_.entries(), [&](const bisect::Entry& entry) { return entry.run == summary.id; })) continue;
    const auto note = lab::read_note(store_.run_directory(summary.id));
    if (!note || !std::ranges::all_of(wanted, [&](const std::string& line) {
          return std::ranges::find(note->lines, line) != note->lines.end();
        }))
      continue;
    const auto loaded = store_.load_run(summary.id);
    if (!loaded) continue;
    std::map<std::string, std::set<std::string>> images;
    for (const model::JobRecord& job : loaded->run.jobs) images[job.machine].insert(job.kernel.image_sha256);
    if (std::ranges::all_of(images_, [&](const auto& one) { return images[one.first] == std::set{one.second}; })) return summary.id;
  }
  return {};
}

Observed BuildingOracle::test(int commit, const std::vector<int>& meanwhile) {
  lab::RunRequest request = request_for(commit);
  if (const std::string run = run_in_store(request); !run.empty()) {
    Observed seen = judge(commit, load_view(session_, store_, run), {});
    if (seen.kind == Observed::Kind::failed || seen.kind == Observed::Kind::passed) {
      seen.run = run;
      seen.what += " (run before)";
      return seen;
    }
  }
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
  if (!request.seeds.empty()) MeasuredBefore(session_, request, images_).keep(store_, done.run);
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
