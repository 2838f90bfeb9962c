// SPDX-License-Identifier: Apache-2.0
// What a run under the instruction clock claims is checked by the run itself: that guests repeat, and that their vCPUs
// take turns.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "lab/check_share.h"
#include "lab/exact_probe.h"
#include "lab/run_in_progress.h"

namespace lab {

// Of its machine, in this process: a run that goes on proves itself again.
bool RunInProgress::is_first(const model::JobRecord& record) {
  return first_jobs_.try_emplace(record.machine, record.job).first->second == record.job;
}

async::task<void> RunInProgress::prove_turns(guest::QemuSpec spec, model::JobRecord record, const MachineParts& parts,
                                             model::GuestStarts& starts) {
  if (!is_first(record) || !parts.image) co_return;
  const std::string job = record.job;
  const auto turns = co_await lab::prove_turns(std::move(spec), record.qemu, *parts.image, context_.store.directory() / "exact");
  if (!turns) {
    context_.progress.note(fmt::format("{}: whether its vCPUs take turns is not known: {}", job, turns.error().text()));
  } else if (*turns && !(*turns)->fair()) {
    // Such a run repeats, but it is not the run of several processors that it looks like.
    starts.differences.push_back("a vCPU starves: " + (*turns)->text());
    context_.progress.note(fmt::format("{}: {}; QEMU 10 or newer does better", job, starts.differences.back()));
  }
}

bool RunInProgress::hunted_down(const std::vector<model::CaseResult>& results, const scenario::JobRequest& job) const {
  runner::RerunRules rules = rules_for(job);
  rules.retries = 1;
  rules.expects.clear();  // a kernel that is bad on purpose is what a hunt is tried on
  return runner::worth_rerunning(results, rules);
}

async::task<void> RunInProgress::check_exact(const scenario::JobRequest& job, runner::JobInput input, const BootsSink& first,
                                             model::GuestStarts& starts) {
  const model::JobRecord record = input.record;
  std::set<std::string> again;
  if (request_.hunt && !request_.keep_order) {
    for (const auto& results : first.told)
      if (hunted_down(results, job)) again.insert(results.front().test);
    found_ = found_ || !again.empty();
  } else if (request_.check_exact && is_first(record)) {
    std::vector<CheckCandidate> candidates;
    for (const runner::JobTest& test : input.tests)
      if (!test.only_reruns) candidates.push_back({test.test.id, expected(test.test.id, *job.machine)});
    const auto chosen = tests_to_check(candidates, end_.run);
    for (std::size_t i = 0; i < candidates.size(); ++i)
      if (!input.fresh_guest_per_test || std::ranges::find(chosen, i) != chosen.end()) again.insert(candidates[i].test);
  }
  if (again.empty()) co_return;
  context_.progress.show(record.job, record.job + ": running it again, to see that it repeats", true);
  const int cold = starts.cold;
  const std::set<std::string> tests = again;
  const base::fs::path folder = input.folder;
  const ExactCheck check = co_await repeat_job(std::move(input), std::move(again), first);
  if (request_.hunt) {
    for (const std::string& test : tests) {
      const int boot = first.boot_of.at(test);
      const auto said = read_transcript(folder / fmt::format("boot-{}", boot));
      end_.finds.push_back({.job = record.job,
                            .machine = record.machine,
                            .test = test,
                            .seed = job.seed.value_or(0),
                            .boot = boot,
                            .confirmed = !check.undone && check.differences.empty(),
                            .differences = check.differences,
                            .transcript = said ? transcript_hash(*said) : ""});
    }
  }
  starts.cold = cold;  // guests of the check are no guests of the run
  if (check.undone) {
    context_.progress.note(fmt::format("{}: whether it repeats is not known: {}", record.job, base::printable(*check.undone)));
    co_return;
  }
  starts.checked += check.boots;
  starts.differences.insert(starts.differences.end(), check.differences.begin(), check.differences.end());
  context_.progress.note(check.differences.empty()
                             ? fmt::format("{}: exact: {} again, the same to the byte", record.job,
                                           check.boots == 1 ? "its guest ran" : fmt::format("{} guests ran", check.boots))
                             : fmt::format("{}: NOT exact: {}", record.job, check.differences.front()));
}

}  // namespace lab
