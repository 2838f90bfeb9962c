// SPDX-License-Identifier: Apache-2.0
// One machine of one scenario: its artefacts, the tests that are left to run, and how they are dealt out to guests.
#include <fmt/format.h>

#include <algorithm>

#include "async/task_group.h"
#include "lab/check_share.h"
#include "lab/run_in_progress.h"
#include "lab/split.h"
#include "lab/vmtests.h"

namespace lab {

using std::chrono::milliseconds;

namespace {
constexpr milliseconds kWorthABoot{30'000};

// By what their guests must have. Under the instruction clock guests boot until copies are proven to repeat.
std::map<std::string, int> kinds_to_copy(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests) {
  std::map<std::string, int> kinds;
  if (job.isolation != model::Isolation::test || job.clock != model::Clock::wall || !job.machine->restores) return kinds;
  for (const model::TestSpec& test : tests) ++kinds[guest_kind({test})];
  std::erase_if(kinds, [](const auto& kind) { return kind.second < 2; });
  return kinds;
}

bool is_benchmark(const model::TestSpec& test) { return test.collection == model::kBenchmarks; }

// Benchmarks are ours: a job of benchmarks alone builds no selftests.
bool wants_selftests(const scenario::JobRequest& job) {
  return !job.vmtests.empty() || !std::ranges::all_of(job.tests, is_benchmark);
}

}  // namespace

void RunInProgress::all_get(const scenario::JobRequest& job, const BuildProblem& problem, const std::string& what) {
  model::JobRecord record = record_of(job, ++guests_of_machine_[std::string(job.machine->id)]);
  if (problem.kind == BuildProblem::Kind::user) {
    for (const base::Diagnostic& diagnostic : problem.diagnostics) tell_user(diagnostic);
    return;
  }
  if (problem.kind == BuildProblem::Kind::infra && context_.source.cancelled()) return;  // the user's wish: left to do
  context_.store.upsert_job(end_.run, record);
  const auto outcome =
      problem.kind == BuildProblem::Kind::build ? model::Outcome::build_fail : model::Outcome::infra;
  for (const model::TestSpec& test : job.tests)
    if (owed(job, test.id).run) give(record, test.id, outcome, what + ": " + problem.reason, problem.evidence);
}

async::task<void> RunInProgress::machine_share(scenario::JobRequest job, std::int64_t priority) {
  if (nothing_left(job)) {
    tally_.tests_all -= job.tests.size();
    co_return;
  }
  Slots::Slot bench = co_await workshop_.bench(priority);
  const auto* kernel = co_await workshop_.kernel(job.kernel, *job.machine);
  if (!*kernel) {
    all_get(job, kernel->error(), "kernel");
    co_return;
  }
  static const Built<BuiltSelftests> kNone{};
  const auto* selftests = wants_selftests(job) ? co_await workshop_.selftests(job.selftests, *job.machine) : &kNone;
  if (!*selftests) {
    all_get(job, selftests->error(), "selftests");
    co_return;
  }
  const auto* tools = co_await workshop_.tools(*job.machine);
  if (!*tools) {
    all_get(job, tools->error(), "guest tools");
    co_return;
  }
  std::optional<image::Tree> benchmarks;
  if (std::ranges::any_of(job.tests, is_benchmark)) {
    const auto* built = co_await workshop_.benchmarks(*job.machine);
    if (!*built) {
      all_get(job, built->error(), "benchmarks");
      co_return;
    }
    benchmarks = (*built)->benchmarks;
  }
  co_await workshop_.shell(*job.machine);  // whether it was built is looked at when the image is made
  bench = {};
  model::JobRecord identity = record_of(job, 0);
  identity.kernel.key = (*kernel)->identity.key;
  if (auto same = same_artifacts(context_.store.run_directory(end_.run), identity, (*selftests)->identity); !same) {
    tell_user({.message = same.error().message, .hint = same.error().hint});
    co_return;
  }
  if (end_.kernel_text.empty())
    end_.kernel_text = (*kernel)->identity.version + ", " + (*kernel)->identity.compiler;

  const std::size_t counted = job.tests.size();
  const auto remarks = expand_vmtests(job, **selftests);
  if (!remarks) {
    tell_user(remarks.error());
    co_return;
  }
  for (const std::string& remark : *remarks) context_.progress.note(fmt::format("{}: {}", job.machine->id, remark));
  tally_.tests_all += job.tests.size() - counted;
  const PreparedTests prepared = tests_left(job, **kernel, **selftests);
  if (prepared.runnable.empty()) co_return;
  const auto* image = co_await base_image(job, prepared.runnable, **kernel, **selftests, **tools, benchmarks, priority);
  const MachineParts parts{**kernel, **selftests, **tools, *image, qemus_.at(std::string(job.machine->qemu))};
  co_await guests(job, prepared.runnable, parts, priority);
}

PreparedTests RunInProgress::tests_left(scenario::JobRequest& job, const BuiltKernel& kernel,
                                        const BuiltSelftests& selftests) {
  const std::size_t counted = job.tests.size();
  if (const auto config = base::read_file(kernel.config, 16 << 20)) drop_without_config(job, *config);
  tally_.tests_all += job.tests.size() - counted;
  PreparedTests prepared = prepare_tests(job, selftests);
  const auto has_result = [&](const auto& test) { return !owed(job, std::get<0>(test)).run; };
  std::erase_if(prepared.unfit, has_result);
  std::erase_if(prepared.absent, has_result);
  std::erase_if(prepared.not_built, has_result);
  tally_.tests_all -= std::erase_if(prepared.runnable, [&](const auto& test) { return !owed(job, test.id).anything(); });
  if (prepared.unfit.empty() && prepared.absent.empty() && prepared.not_built.empty()) return prepared;

  model::JobRecord record = record_of(job, 0);
  record.kernel = kernel.identity;
  context_.store.upsert_job(end_.run, record);
  std::vector<model::Planned> plan;
  for (const auto& [test, reason] : prepared.unfit)
    plan.push_back({.job = record.job, .machine = record.machine, .test = test, .unfit = reason});
  for (const auto& [test, reason] : prepared.absent)
    plan.push_back({.job = record.job, .machine = record.machine, .test = test});
  for (const auto& [test, reason, lines] : prepared.not_built)
    plan.push_back({.job = record.job, .machine = record.machine, .test = test});
  context_.store.plan(end_.run, plan);
  for (const auto& [test, reason] : prepared.unfit) give(record, test, model::Outcome::unfit, reason);
  for (const auto& [test, reason] : prepared.absent) give(record, test, model::Outcome::unfit, reason);
  for (const auto& [test, reason, lines] : prepared.not_built)
    give(record, test, model::Outcome::build_fail, reason, lines);
  return prepared;
}

async::task<void> RunInProgress::guests(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests,
                                        const MachineParts& parts, std::int64_t priority) {
  SnapshotShelf shelf(context_.executor, slots_);
  Copying copying{shelf, kinds_to_copy(job, tests)};
  std::vector<CheckCandidate> copied;
  for (const model::TestSpec& test : tests)
    if (copying.tests_of_kind.contains(guest_kind({test}))) copied.push_back({test.id, expected(test.id, *job.machine)});
  std::set<std::string> to_check;
  if (!request_.keep_order)
    for (const std::size_t index : tests_to_check(copied, end_.run)) to_check.insert(copied[index].test);
  std::vector<milliseconds> durations;
  for (const model::TestSpec& test : tests) durations.push_back(expected(test.id, *job.machine));
  // What ran before a test in its guest is part of an exact number: history must not decide it.
  const std::size_t at_most = request_.keep_order || job.clock == model::Clock::instructions ? 1 : static_cast<std::size_t>(guests_);
  // A job for each seed asked for, or the one with its own.
  std::vector<scenario::JobRequest> seeded(std::max<std::size_t>(1, request_.seeds.size()), job);
  for (std::size_t i = 0; i < request_.seeds.size(); ++i) seeded[i].seed = request_.seeds[i];
  tally_.tests_all += (seeded.size() - 1) * tests.size();
  async::TaskGroup group(context_.executor);
  for (const scenario::JobRequest& one : seeded) {
    for (const auto& list : deal_out(durations, at_most, kWorthABoot)) {
      std::vector<model::TestSpec> share;
      for (const std::size_t index : list) share.push_back(tests[index]);
      model::JobRecord record = record_of(job, ++guests_of_machine_[std::string(job.machine->id)]);
      record.kernel = parts.kernel.identity;
      group.spawn(one_guest(one, std::move(share), std::move(record), parts, copied.empty() ? nullptr : &copying,
                            to_check, priority));
    }
  }
  co_await group.join();
}

}  // namespace lab
