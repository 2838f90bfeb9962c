// SPDX-License-Identifier: Apache-2.0
// One job: what its guests are, what they run, and how each of them is started.
#include <fmt/format.h>

#include "lab/boot_folder.h"
#include "lab/job_plan.h"
#include "lab/run_in_progress.h"

namespace lab {

using std::chrono::milliseconds;

namespace {

guest::QemuSpec spec_of(const scenario::JobRequest& job, const MachineParts& parts, const std::string& name) {
  guest::QemuSpec spec = guest_of(job, parts.kernel.image);
  spec.name = name;
  spec.clock = job.clock;
  spec.seed = job.seed.value_or(0);
  spec.qemu_8 = parts.qemu.is_8();
  return spec;
}

std::vector<model::Planned> planned_of(const model::JobRecord& record, const std::vector<model::TestSpec>& tests,
                                       const std::set<std::string>& only) {
  std::vector<model::Planned> plan;
  for (std::size_t i = 0; i < tests.size(); ++i)
    if (only.empty() || only.contains(tests[i].id)) plan.push_back({.job = record.job, .machine = record.machine, .test = tests[i].id, .position = static_cast<int>(i)});
  return plan;
}

}  // namespace

runner::JobInput RunInProgress::input_for(const scenario::JobRequest& job,
                                          const std::vector<model::TestSpec>& tests) const {
  runner::JobInput input;
  input.machine = job.machine;
  input.tests = plan_tests(tests);
  for (runner::JobTest& test : input.tests) {
    const Earlier::Owed due = owed(job, test.test.id);
    test.first_attempt = due.first_attempt;
    if (!due.run) test.only_reruns = due.reruns;
    if (!request_.only.empty() && !request_.only.contains(test.test.id)) test.only_reruns = 0;
  }
  input.reruns = rules_for(job);
  input.dump_on_hang = request_.dump_on_hang || (job.scenario != nullptr && job.scenario->dump_on_hang);
  input.stop = request_.stop;
  input.clock = job.clock;
  input.seed = job.seed;
  input.hunt = request_.hunt;
  input.fresh_guest_per_test = job.isolation == model::Isolation::test;
  return input;
}

async::task<void> RunInProgress::one_guest(const scenario::JobRequest& job, std::vector<model::TestSpec> tests,
                                           model::JobRecord record, const MachineParts& parts, Copying* copying,
                                           std::set<std::string> to_check, std::int64_t priority) {
  std::map<std::string, milliseconds> history;
  milliseconds total{0};
  for (const model::TestSpec& test : tests) {
    history[test.id] = expected(test.id, *job.machine);
    total += history[test.id];
  }
  tally_.expected_left += total;
  Slots::Slot slot = co_await slots_.take(job.guest.memory_bytes, total.count());
  Slots::Slot turn;
  if (context_.turns != nullptr) turn = co_await context_.turns->take(0, 0);
  if (request_.hunt && found_) co_return;
  worked_ = true;

  const base::fs::path folder = context_.store.run_directory(end_.run) / record.folder;
  base::fs::create_directories(folder);
  base::fs::copy_file(parts.kernel.config, folder / "kernel.config", base::fs::copy_options::overwrite_existing);
  guest::QemuSpec spec = spec_of(job, parts, record.job);
  record.qemu = parts.qemu.full_version;
  record.accel = guest::to_string(spec.accelerator);
  context_.store.upsert_job(end_.run, record);
  context_.store.plan(end_.run, planned_of(record, tests, request_.only));
  co_await choose_accelerator(spec, record, parts.image, folder);

  guest::QemuSpec own = spec;
  own.starts_stopped = request_.stop && request_.stop->test.empty();
  GuestStarter starter({.spec = own,
                        .tests = tests,
                        .guest_per_test = job.isolation == model::Isolation::test,
                        .image = parts.image,
                        .drives = [&](const auto& wanted, const auto& where) { return drives(wanted, where, priority); },
                        .note = fmt::format("{} of run {}", record.job, end_.run),
                        .seed = job.seed,
                        .copying = copying,
                        .qemu_version = record.qemu,
                        .kernel_identity = parts.kernel.identity.key + parts.kernel.identity.image_sha256,
                        .folder = folder,
                        .tell = [&](const std::string& text) { context_.progress.note(record.job + ": " + text); }});
  StoreSink sink(context_.store, end_.run, context_.progress, tally_, std::move(history), &starter.starts);
  const bool exact = job.clock == model::Clock::instructions;
  if (exact) co_await prove_turns(spec, record, parts, starter.starts);
  runner::JobInput input = input_for(job, tests);
  input.record = record;
  input.folder = folder;
  input.vmlinux = parts.kernel.vmlinux;
  input.start = [&](const model::Plan& plan, const base::fs::path& boot) { return starter.start(plan, boot); };
  if (copying != nullptr)
    input.boot = [&](const model::Plan& plan, const base::fs::path& boot) { return starter.boot(plan, boot); };
  for (runner::JobTest& test : input.tests) test.cross_check = to_check.contains(test.test.id);
  BootsSink first(&sink);
  co_await runner::run_job(input, first);
  if (exact) co_await check_exact(job, std::move(input), first, starter.starts);
  drop_images(folder);
  sink.job_ended(record);
}

}  // namespace lab
