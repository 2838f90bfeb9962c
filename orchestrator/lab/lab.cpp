// SPDX-License-Identifier: Apache-2.0
#include "lab/lab.h"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>

#include "async/task_group.h"
#include "base/units.h"
#include "guest/qemu/qemu_guest.h"
#include "guest/qemu/accelerator.h"
#include "guest/qemu/install.h"
#include "image/block.h"
#include "lab/boot_folder.h"
#include "lab/earlier.h"
#include "lab/job_plan.h"
#include "lab/request_note.h"
#include "lab/sink.h"
#include "lab/split.h"
#include "lab/vmtests.h"
#include "lab/workshop.h"

namespace lab {
namespace {

namespace asio = async::asio;
using std::chrono::milliseconds;

constexpr milliseconds kWorthABoot{30'000};
// A test without a history; a guess that only shapes the first run's schedule.
constexpr milliseconds kUnknownDuration{10'000};

std::string host_text() {
  utsname name{};
  ::uname(&name);
  return fmt::format("{} {}, {} cores", name.nodename, name.release, std::thread::hardware_concurrency());
}

std::uint64_t memory_for_guests() {
  const auto pages = static_cast<std::uint64_t>(std::max(0L, ::sysconf(_SC_AVPHYS_PAGES)));
  const auto page = static_cast<std::uint64_t>(std::max(4096L, ::sysconf(_SC_PAGESIZE)));
  // Builds and the lab itself need some; guests touch less than they are given.
  return pages * page / 10 * 8;
}

// One run while it lasts.
class RunInProgress {
 public:
  RunInProgress(LabContext& context, const RunRequest& request)
      : context_(context), request_(request), workshop_(context.executor, context.source, context.progress),
        guests_(request.guests > 0 ? request.guests
                                   : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()))),
        slots_(context.executor, guests_, memory_for_guests()) {
    tally_.guests = guests_;
  }

  async::task<RunEnd> run() {
    if (!begin()) co_return std::move(end_);
    for (const scenario::JobRequest& job : request_.jobs) tally_.tests_all += job.tests.size();
    async::TaskGroup group(context_.executor);
    std::int64_t priority = static_cast<std::int64_t>(request_.jobs.size());
    for (const scenario::JobRequest& job : request_.jobs) group.spawn(machine_share(job, priority--));
    co_await group.join();
    // Refused to go on: the run stays as interrupted as it was.
    const bool refused = request_.earlier && request_.earlier->finished_at.empty() && !end_.user_errors.empty();
    if (!refused) context_.store.finish_run(end_.run);
    co_return std::move(end_);
  }

 private:
  // Begins a run in the store, or takes over the earlier one. False: the user is told why not.
  bool begin();
  runner::RerunRules rules_for(const scenario::JobRequest& job) const;
  Earlier::Owed owed(const scenario::JobRequest& job, const std::string& test) const {
    return earlier_.owed(record_of(job, 0), test, rules_for(job));
  }
  bool nothing_left(const scenario::JobRequest& job) const;
  // One machine of one scenario: builds, then as many guests as its tests are worth.
  async::task<void> machine_share(scenario::JobRequest job, std::int64_t priority);
  async::task<void> one_guest(const scenario::JobRequest& job, std::vector<model::TestSpec> tests,
                              model::JobRecord record, const BuiltKernel& kernel, const BuiltSelftests& selftests,
                              const BuiltTools& tools, std::int64_t priority);
  async::task<bool> prepare_drives(const std::vector<model::TestSpec>& tests, const base::fs::path& folder,
                                   std::int64_t priority, std::vector<guest::Drive>& drives, std::string& problem);
  async::task<void> choose_accelerator(guest::QemuSpec& spec, model::JobRecord& record,
                                       const Built<image::BaseImage>& base, const base::fs::path& folder);
  model::JobRecord record_of(const scenario::JobRequest& job, int number) const;
  void all_get(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests,
               const BuildProblem& problem, const std::string& what);
  void give(const model::JobRecord& record, const std::string& test, model::Outcome outcome, std::string reason,
            std::string evidence = {});
  milliseconds expected(const std::string& test, const model::Machine& machine) const;

  LabContext& context_;
  const RunRequest& request_;
  Workshop workshop_;
  int guests_;
  Slots slots_;
  Tally tally_;
  RunEnd end_;
  std::map<std::string, int> guests_of_machine_;
  std::set<std::string> accelerators_told_;
  Earlier earlier_;
};

bool RunInProgress::begin() {
  if (!request_.earlier) {
    model::Run meta;
    meta.scenario = request_.scenario_names;
    meta.command = request_.command;
    end_.run = context_.store.begin_run(meta);
    base::value_or_throw(write_note(context_.store.run_directory(end_.run), note_of(request_)));
    return true;
  }
  end_.run = request_.earlier->id;
  if (auto taken = context_.store.adopt_run(end_.run); !taken) {
    end_.user_errors.push_back({.message = taken.error().message, .hint = taken.error().hint});
    return false;
  }
  earlier_ = Earlier(*request_.earlier);
  for (const scenario::JobRequest& job : request_.jobs) {
    const std::string machine(job.machine->id);
    guests_of_machine_[machine] = earlier_.last_job(machine);
  }
  return true;
}

runner::RerunRules RunInProgress::rules_for(const scenario::JobRequest& job) const {
  runner::RerunRules rules = request_.reruns;
  if (job.scenario == nullptr) return rules;
  rules.known.insert(rules.known.end(), job.scenario->known_failures.begin(), job.scenario->known_failures.end());
  rules.expects = job.scenario->expects;
  return rules;
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

void RunInProgress::give(const model::JobRecord& record, const std::string& test, model::Outcome outcome,
                         std::string reason, std::string evidence) {
  model::CaseResult result;
  result.id = result.test = test;
  result.job = record.job;
  result.machine = record.machine;
  result.outcome = outcome;
  result.reason = std::move(reason);
  result.evidence = std::move(evidence);
  StoreSink sink(context_.store, end_.run, context_.progress, tally_, {});
  sink.results(record, {std::move(result)});
}

void RunInProgress::all_get(const scenario::JobRequest& job, const std::vector<model::TestSpec>& tests,
                            const BuildProblem& problem, const std::string& what) {
  model::JobRecord record = record_of(job, ++guests_of_machine_[std::string(job.machine->id)]);
  if (problem.kind == BuildProblem::Kind::user) {
    for (const base::Diagnostic& diagnostic : problem.diagnostics) {
      const auto same = [&](const base::Diagnostic& other) { return other.text() == diagnostic.text(); };
      if (std::ranges::none_of(end_.user_errors, same)) end_.user_errors.push_back(diagnostic);
    }
    return;
  }
  context_.store.upsert_job(end_.run, record);
  const auto outcome =
      problem.kind == BuildProblem::Kind::build ? model::Outcome::build_fail : model::Outcome::infra;
  for (const model::TestSpec& test : tests)
    if (owed(job, test.id).run) give(record, test.id, outcome, what + ": " + problem.reason, problem.evidence);
}

async::task<void> RunInProgress::machine_share(scenario::JobRequest job, std::int64_t priority) {
  if (nothing_left(job)) {
    tally_.tests_all -= job.tests.size();
    co_return;
  }
  const std::size_t counted = job.tests.size();
  Slots::Slot bench = co_await workshop_.bench(priority);
  const auto* kernel = co_await workshop_.kernel(job.kernel, *job.machine);
  if (!*kernel) {
    all_get(job, job.tests, kernel->error(), "kernel");
    co_return;
  }
  const auto* selftests = co_await workshop_.selftests(job.selftests, *job.machine);
  if (!*selftests) {
    all_get(job, job.tests, selftests->error(), "selftests");
    co_return;
  }
  const auto* tools = co_await workshop_.tools(*job.machine);
  if (!*tools) {
    all_get(job, job.tests, tools->error(), "guest tools");
    co_return;
  }
  co_await workshop_.shell(*job.machine);  // whether it was built is each guest's to look at
  bench = {};
  model::JobRecord identity = record_of(job, 0);
  identity.kernel.key = (*kernel)->identity.key;
  if (auto same = same_artifacts(context_.store.run_directory(end_.run), identity, (*selftests)->identity); !same) {
    end_.user_errors.push_back({.message = same.error().message, .hint = same.error().hint});
    co_return;
  }
  if (end_.kernel_text.empty())
    end_.kernel_text = (*kernel)->identity.version + ", " + (*kernel)->identity.compiler;

  for (const std::string& remark : expand_vmtests(job, **selftests))
    context_.progress.note(fmt::format("{}: {}", job.machine->id, remark));
  tally_.tests_all += job.tests.size() - counted;
  PreparedTests prepared = prepare_tests(job, **selftests);
  std::erase_if(prepared.unfit, [&](const auto& test) { return !owed(job, std::get<0>(test)).run; });
  std::erase_if(prepared.absent, [&](const auto& test) { return !owed(job, std::get<0>(test)).run; });
  std::erase_if(prepared.not_built, [&](const auto& test) { return !owed(job, std::get<0>(test)).run; });
  tally_.tests_all -= std::erase_if(prepared.runnable, [&](const auto& test) { return !owed(job, test.id).anything(); });
  std::vector<milliseconds> durations;
  for (const model::TestSpec& test : prepared.runnable) durations.push_back(expected(test.id, *job.machine));
  const std::size_t at_most = request_.keep_order ? 1 : static_cast<std::size_t>(guests_);
  const auto lists = deal_out(durations, at_most, kWorthABoot);

  if (!prepared.unfit.empty() || !prepared.absent.empty() || !prepared.not_built.empty()) {
    model::JobRecord record = record_of(job, 0);
    record.kernel = (*kernel)->identity;
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
  }

  async::TaskGroup group(context_.executor);
  for (const auto& list : lists) {
    std::vector<model::TestSpec> tests;
    for (const std::size_t index : list) tests.push_back(prepared.runnable[index]);
    model::JobRecord record = record_of(job, ++guests_of_machine_[std::string(job.machine->id)]);
    record.kernel = (*kernel)->identity;
    group.spawn(one_guest(job, std::move(tests), std::move(record), **kernel, **selftests, **tools, priority));
  }
  co_await group.join();
}

async::task<bool> RunInProgress::prepare_drives(const std::vector<model::TestSpec>& tests,
                                                const base::fs::path& folder, std::int64_t priority,
                                                std::vector<guest::Drive>& drives, std::string& problem) {
  for (const model::ScratchFs filesystem : filesystems(tests)) {
    const auto* image = co_await workshop_.scratch_image(filesystem, priority);
    if (!*image) {
      problem = image->error().reason;
      co_return false;
    }
    const std::string name = filesystem == model::ScratchFs::xfs ? "xfs" : "ext4";
    const base::fs::path copy = folder / ("scratch-" + name + ".img");
    if (auto copied = image::copy_sparse(**image, copy); !copied) {
      problem = copied.error().text();
      co_return false;
    }
    drives.push_back({.file = copy, .serial = "vmlab-" + name});
  }
  co_return true;
}

// KVM counts only once a guest of this very kind has booted on it; the verdict is kept for this boot of the host.
async::task<void> RunInProgress::choose_accelerator(guest::QemuSpec& spec, model::JobRecord& record,
                                                    const Built<image::BaseImage>& base,
                                                    const base::fs::path& folder) {
  utsname host{};
  // KVM is no question for a guest of another architecture, nor where instructions are counted.
  const bool native = ::uname(&host) == 0 && model::arch_from(host.machine) == spec.machine->arch;
  if (!native || !base || spec.clock != model::Clock::wall) co_return;
  const base::fs::path probe = folder / "probe";
  base::fs::create_directories(probe);
  guest::QemuSpec trial = spec;
  trial.initrd = probe / "initrd";
  if (!image::assemble(*base, model::Plan{}.text(), trial.initrd)) co_return;
  const guest::AcceleratorVerdict verdict = co_await guest::choose_accelerator(
      trial, record.qemu, context_.store.directory() / "accelerator", std::chrono::seconds(60));
  base::fs::remove_all(probe);
  spec.accelerator = verdict.accelerator;
  record.accel = guest::to_string(spec.accelerator);
  context_.store.upsert_job(end_.run, record);
  if (!verdict.reason.empty() && !accelerators_told_.contains(verdict.reason)) {
    accelerators_told_.insert(verdict.reason);
    context_.progress.note(verdict.reason);
  }
}

async::task<void> RunInProgress::one_guest(const scenario::JobRequest& job, std::vector<model::TestSpec> tests,
                                           model::JobRecord record, const BuiltKernel& kernel,
                                           const BuiltSelftests& selftests, const BuiltTools& tools,
                                           std::int64_t priority) {
  std::map<std::string, milliseconds> history;
  milliseconds total{0};
  for (const model::TestSpec& test : tests) {
    history[test.id] = expected(test.id, *job.machine);
    total += history[test.id];
  }
  tally_.expected_left += total;
  Slots::Slot slot = co_await slots_.take(job.guest.memory_bytes, total.count());

  const base::fs::path folder = context_.store.run_directory(end_.run) / record.folder;
  base::fs::create_directories(folder);
  base::fs::copy_file(kernel.config, folder / "kernel.config", base::fs::copy_options::overwrite_existing);

  guest::QemuSpec spec;
  spec.machine = job.machine;
  spec.name = record.job;
  spec.kernel = kernel.image;
  spec.memory_bytes = job.guest.memory_bytes;
  spec.vcpus = job.guest.vcpus;
  spec.numa_nodes = job.guest.numa_nodes;
  spec.command_line = job.guest.command_line;
  for (std::string& argument : boot_arguments(tests))
    spec.command_line.push_back(std::move(argument));
  spec.clock = job.clock;
  spec.seed = job.seed.value_or(0);
  const auto qemu = co_await guest::find_qemu(*job.machine);
  if (!qemu) {
    // Without its QEMU a machine cannot be: the user asked for what this host does not have.
    end_.user_errors.push_back({.message = fmt::format("machine {}: {}", job.machine->id, qemu.error().message),
                                .hint = qemu.error().hint});
    co_return;
  }
  record.qemu = qemu->full_version;
  record.accel = guest::to_string(spec.accelerator);

  std::vector<model::Planned> plan;
  for (std::size_t i = 0; i < tests.size(); ++i)
    plan.push_back({.job = record.job, .machine = record.machine, .test = tests[i].id, .position = static_cast<int>(i)});
  context_.store.upsert_job(end_.run, record);
  context_.store.plan(end_.run, plan);

  image::ImageSpec image_spec;
  image_spec.agent = tools.agent;
  // Scripts need a shell, and so do programs that call popen() or system().
  const auto* shell = co_await workshop_.shell(*job.machine);
  if (*shell) image_spec.trees = (*shell)->shell;
  else context_.progress.note(fmt::format("{}: no shell in the guest: {}", record.job, shell->error().reason));
  for (image::Entry& entry : module_entries(kernel)) image_spec.extra.push_back(std::move(entry));
  std::map<std::string, bool> collections;
  for (const model::TestSpec& test : tests) collections[test.collection] = true;
  for (const auto& [collection, wanted] : collections)
    image_spec.trees.push_back({.host = selftests.folder / collection,
                                .guest = std::string(kSelftestsInGuest) + "/" + collection,
                                .identity = selftests.identity + "/" + collection});
  const auto* base = co_await workshop_.base_image(image_spec, selftests.identity + kernel.identity.key + record.machine, priority);

  co_await choose_accelerator(spec, record, *base, folder);

  runner::JobInput input;
  input.record = record;
  input.machine = job.machine;
  input.tests = plan_tests(tests);
  for (runner::JobTest& test : input.tests) {
    const Earlier::Owed due = owed(job, test.test.id);
    test.first_attempt = due.first_attempt;
    if (!due.run) test.only_reruns = due.reruns;
  }
  input.reruns = rules_for(job);
  input.dump_on_hang = request_.dump_on_hang || (job.scenario != nullptr && job.scenario->dump_on_hang);
  input.clock = job.clock;
  input.seed = job.seed;
  input.fresh_guest_per_test = job.isolation == model::Isolation::test;
  input.folder = folder;
  input.start = [&](const model::Plan& guest_plan,
                    const base::fs::path& boot) -> async::task<base::Result<std::unique_ptr<guest::Guest>>> {
    using Started = base::Result<std::unique_ptr<guest::Guest>>;
    if (!*base) co_return Started(base::fail("the image: " + base->error().reason));
    guest::QemuSpec boot_spec = spec;
    boot_spec.initrd = boot / "initrd";
    if (auto written = image::assemble(**base, guest_plan.text(), boot_spec.initrd); !written)
      co_return Started(std::unexpected(written.error()));
    std::string problem;
    const bool ready = co_await prepare_drives(tests, boot, priority, boot_spec.drives, problem);
    if (!ready) co_return Started(base::fail("the scratch file system: " + problem));
    auto started = guest::start_qemu(context_.executor, boot_spec, boot, fmt::format("{} of run {}", record.job, end_.run));
    if (started)
      if (auto kept = keep_rebuildable(boot, **base, guest_plan.text()); !kept) co_return Started(std::unexpected(kept.error()));
    co_return started;
  };
  StoreSink sink(context_.store, end_.run, context_.progress, tally_, std::move(history));
  co_await runner::run_job(std::move(input), sink);
  drop_images(folder);
  sink.job_ended(record);
}

}  // namespace

async::task<RunEnd> run_lab(LabContext& context, const RunRequest& request) {
  RunInProgress run(context, request);
  co_return co_await run.run();
}

}  // namespace lab
