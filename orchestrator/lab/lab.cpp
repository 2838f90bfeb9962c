// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <thread>

#include "async/task_group.h"
#include "base/text.h"
#include "lab/boot_folder.h"
#include "lab/host_memory.h"
#include "lab/request_note.h"
#include "lab/run_in_progress.h"

namespace lab {
namespace {

using std::chrono::milliseconds;

// A test without a history; a guess that only shapes the first run's schedule.
constexpr milliseconds kUnknownDuration{10'000};
// For what killed ones have left behind.
constexpr std::size_t kRunsLookedAt = 50;

std::string host_text() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {}, {} cores", name.nodename, name.release, std::thread::hardware_concurrency());
}

}  // namespace

RunInProgress::RunInProgress(LabContext& context, const RunRequest& request)
    : context_(context), request_(request), workshop_(context.executor, context.source, context.progress),
      guests_(request.guests > 0 ? request.guests
                                 : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))),
      slots_(context.executor, guests_, memory_for_guests()) {
  tally_.guests = guests_;
}

async::task<RunEnd> RunInProgress::run() {
  if (!begin()) co_return std::move(end_);
  const bool qemus = co_await find_qemus();
  if (!qemus) co_return std::move(end_);
  for (const scenario::JobRequest& job : request_.jobs) tally_.tests_all += job.tests.size();
  async::TaskGroup group(context_.executor);
  std::int64_t priority = static_cast<std::int64_t>(request_.jobs.size());
  for (const scenario::JobRequest& job : request_.jobs) group.spawn(machine_share(job, priority--));
  co_await group.join();
  // A run that had ended and in which nothing was left to do ended when it did; one that was refused stays as
  // interrupted as it was.
  const bool had_ended = request_.earlier && !request_.earlier->finished_at.empty();
  if (had_ended && !worked_) context_.store.finish_run(end_.run, request_.earlier->finished_at);
  else if (!request_.earlier || end_.user_errors.empty()) context_.store.finish_run(end_.run);
  co_return std::move(end_);
}

bool RunInProgress::begin() {
  if (!request_.earlier) {
    model::Run meta;
    meta.scenario = request_.scenario_names;
    meta.command = request_.command;
    end_.run = context_.store.begin_run(meta);
    base::value_or_throw(write_note(context_.store.run_directory(end_.run), note_of(request_)));
    for (const store::RunSummary& run : context_.store.list_runs(kRunsLookedAt))
      if (run.state == store::RunState::interrupted) sweep_run(context_.store.run_directory(run.id));
    return true;
  }
  end_.run = request_.earlier->id;
  earlier_ = Earlier(*request_.earlier);
  if (!request_.earlier->finished_at.empty() &&
      std::ranges::all_of(request_.jobs, [&](const auto& job) { return nothing_left(job); }))
    return false;
  if (auto taken = context_.store.adopt_run(end_.run); !taken) {
    tell_user({.message = taken.error().message, .hint = taken.error().hint});
    return false;
  }
  sweep_run(context_.store.run_directory(end_.run));
  for (const scenario::JobRequest& job : request_.jobs) {
    const std::string machine(job.machine->id);
    guests_of_machine_[machine] = earlier_.last_job(machine);
  }
  return true;
}

async::task<bool> RunInProgress::find_qemus() {
  std::map<std::string, std::vector<const model::Machine*>> machines;  // by program
  for (const scenario::JobRequest& job : request_.jobs) {
    auto& list = machines[std::string(job.machine->qemu)];
    if (!nothing_left(job) && std::ranges::find(list, job.machine) == list.end()) list.push_back(job.machine);
  }
  for (const auto& [program, list] : machines) {
    if (list.empty()) continue;
    auto qemu = co_await guest::find_qemu(*list.front());
    if (qemu) {
      qemus_.emplace(program, std::move(*qemu));
      continue;
    }
    std::string names;
    for (const model::Machine* machine : list) names += (names.empty() ? "" : ", ") + std::string(machine->id);
    tell_user({.message = fmt::format("no QEMU for {}: {}", names, qemu.error().message), .hint = qemu.error().hint});
  }
  co_return end_.user_errors.empty();
}

runner::RerunRules RunInProgress::rules_for(const scenario::JobRequest& job) const {
  runner::RerunRules rules = request_.reruns;
  rules.selftests = selftests_text(job.selftests);
  if (job.scenario == nullptr) return rules;
  rules.known.insert(rules.known.end(), job.scenario->known_failures.begin(), job.scenario->known_failures.end());
  rules.expects = job.scenario->expects;
  return rules;
}

Earlier::Owed RunInProgress::owed(const scenario::JobRequest& job, const std::string& test) const {
  return earlier_.owed(record_of(job, 0), test, rules_for(job));
}

bool RunInProgress::nothing_left(const scenario::JobRequest& job) const {
  const auto left = [&](const std::string& test) { return owed(job, test).anything(); };
  return request_.earlier && job.vmtests.empty() &&
         std::ranges::none_of(job.tests, [&](const auto& test) { return left(test.id); }) &&
         std::ranges::none_of(job.unfit, [&](const auto& unfit) { return left(unfit.test.id); });
}

milliseconds RunInProgress::expected(const std::string& test, const model::Machine& machine) const {
  return context_.store.expected_duration(test, machine.id).value_or(kUnknownDuration);
}

model::JobRecord RunInProgress::record_of(const scenario::JobRequest& job, int number) const {
  model::JobRecord record;
  record.job = fmt::format("{}-{}", job.machine->id, number);
  record.arch = model::to_string(job.machine->arch);
  record.machine = job.machine->id;
  record.kernel.source = job.kernel.source.text();
  record.kernel.patches = patch_names(job.kernel.patches);
  record.selftests = selftests_text(job.selftests);
  record.host = host_text();
  record.folder = "jobs/" + record.job;
  return record;
}

void RunInProgress::tell_user(base::Diagnostic diagnostic) {
  const auto same = [&](const base::Diagnostic& other) { return other.text() == diagnostic.text(); };
  if (std::ranges::none_of(end_.user_errors, same)) end_.user_errors.push_back(std::move(diagnostic));
}

void RunInProgress::give(const model::JobRecord& record, const std::string& test, model::Outcome outcome,
                         std::string reason, std::string evidence) {
  model::CaseResult result;
  result.id = result.test = test;
  result.job = record.job;
  result.machine = record.machine;
  result.outcome = outcome;
  result.reason = std::move(reason);
  result.evidence = std::move(evidence);
  worked_ = true;
  StoreSink sink(context_.store, end_.run, context_.progress, tally_, {});
  sink.results(record, {std::move(result)});
}

async::task<RunEnd> run_lab(LabContext& context, const RunRequest& request) {
  RunInProgress run(context, request);
  co_return co_await run.run();
}

}  // namespace lab
