// SPDX-License-Identifier: Apache-2.0
// vmlab series SCENARIO --patches DIR|MBOX: builds, boots and tests after every patch of a series.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "base/text.h"
#include "cli/series_plan.h"
#include "cli/stored_run.h"
#include "lab/request_note.h"
#include "report/series.h"

namespace cli {
namespace {

using compare::StepBuild;

base::fs::path series_folder(const Session& session) { return session.results_dir / "series"; }

std::string new_id() {
  const auto now = std::chrono::system_clock::now();
  return fmt::format("{:%Y%m%d-%H%M%S}-{:04x}", fmt::gmtime(now), std::random_device{}() & 0xffffu);
}

std::string now_text() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::now())); }

// The series, what is known of it, and where that is written down.
struct Work {
  Session& session;
  store::Store store;
  SeriesPlan plan;
  Journal journal;
  base::FileLock lock;  // two of us would write one journal

  base::fs::path file() const { return series_folder(session) / (journal.id + ".json"); }
  void save() const { base::value_or_throw(write_journal(file(), journal)); }
};

void read_log_of(const lab::BuiltKernel& kernel, StepBuild& build) {
  // Beside the image in the artefact cache; without it no warnings are known.
  if (const auto log = base::read_file(kernel.image.parent_path() / "build.log", std::size_t{64} << 20))
    compare::read_build_log(*log, build);
}

// The compiler's first error, which what it says of the function around it comes before.
std::string reason_of(const lab::BuildProblem& problem) {
  for (std::string_view line : base::split_lines(problem.evidence))
    if (line.contains("error:")) return std::string(line);
  return problem.reason.substr(0, problem.reason.find('\n'));
}

base::FileLock lock_series(const Session& session, const std::string& id) {
  base::FileLock lock = base::value_or_throw(base::FileLock::try_acquire(series_folder(session) / (id + ".lock")));
  if (!lock.locked()) user_error(fmt::format("series {} is being tested by another vmlab", id), "wait for it, or end it first");
  return lock;
}

// Throws UserError at the base: what cannot be there was asked for wrongly. Later it is the patch's doing.
JournalBuild build_of(const lab::KernelOfJob& job, std::size_t step) {
  JournalBuild out;
  if (job.kernel) {
    out.build.state = StepBuild::State::good;
    out.key = job.kernel->identity.key;
    out.image_sha256 = job.kernel->identity.image_sha256;
    out.modules = !job.kernel->modules.empty();
    read_log_of(*job.kernel, out.build);
    return out;
  }
  const lab::BuildProblem& problem = job.kernel.error();
  if (problem.kind == lab::BuildProblem::Kind::infra) return out;
  if (problem.kind == lab::BuildProblem::Kind::user && step == 0) throw base::UserError{problem.diagnostics};
  out.build.state = StepBuild::State::failed;
  out.build.reason = reason_of(problem);
  return out;
}

bool same_kernel(const JournalBuild& a, const JournalBuild& b) {
  if (a.build.state != StepBuild::State::good || b.build.state != StepBuild::State::good) return false;
  return a.key == b.key || (!a.modules && !b.modules && !a.image_sha256.empty() && a.image_sha256 == b.image_sha256);
}

// Builds the step's kernels and finds those that an earlier step had. False: interrupted.
bool build_step(Work& work, std::size_t number, const lab::RunRequest& request) {
  auto built = built_kernels_of(work.session, request, work.store);
  if (!built) return false;
  JournalStep& step = work.journal.steps[number];
  step.builds.clear();
  step.same_as.clear();
  for (const lab::KernelOfJob& job : *built) {
    const std::string machine(job.machine->id);
    JournalBuild build = build_of(job, number);
    for (std::size_t earlier = 0; earlier < number; ++earlier) {
      const JournalStep& other = work.journal.steps[earlier];
      const auto there = other.builds.find(machine);
      if (other.same_as.contains(machine) || there == other.builds.end() || !same_kernel(there->second, build)) continue;
      step.same_as[machine] = static_cast<int>(earlier);
      fmt::print(stderr, "step {}: on {} the same kernel as at step {}, whose verdicts hold\n", number, machine, earlier);
      break;
    }
    step.builds[machine] = std::move(build);
  }
  work.save();
  return true;
}

// The run that this step had begun when the series was interrupted, to go on with it; nullopt: there is none.
std::optional<model::Run> begun_run(const Work& work, const JournalStep& step, const lab::RunRequest& request) {
  std::string id = step.run;
  if (id.empty())
    for (const store::RunSummary& run : work.store.list_runs())
      if (run.command == request.command && run.started_at >= work.journal.started_at) {
        id = run.id;
        break;
      }
  if (id.empty()) return std::nullopt;
  auto loaded = work.store.load_run(id);
  const auto note = lab::read_note(work.store.run_directory(id));
  if (!loaded || loaded->state == store::RunState::running || !note) return std::nullopt;
  if (lab::difference(*note, lab::note_of(request))) return std::nullopt;
  return std::move(loaded->run);
}

lab::RunRequest request_of_step(const Work& work, std::size_t number) {
  const RunOptions options = step_options(work.plan, number);
  lab::RunRequest request = request_of(work.session, options);
  request.command = run_command_text(options);
  return request;
}

// False: interrupted.
bool test_step(Work& work, std::size_t number) {
  JournalStep& step = work.journal.steps[number];
  fmt::print(stderr, "step {}/{}: {}{}\n", number, work.journal.steps.size() - 1, base::printable(step.subject),
             step.temporary.empty() ? "" : " (temporary)");
  lab::RunRequest request = request_of_step(work, number);
  if (!build_step(work, number, request)) return false;
  std::erase_if(request.jobs, [&](const scenario::JobRequest& job) { return step.same_as.contains(std::string(job.machine->id)); });
  if (request.jobs.empty()) {
    step.done = true;
    work.save();
    return true;
  }
  request.earlier = begun_run(work, step, request);
  CarriedOut done;
  try {
    done = carry_out(work.session, request, work.store);
  } catch (const base::UserError& error) {
    // The base was all right, so it is what this patch made of it: an option that is gone, for example.
    if (number == 0) throw;
    for (const base::Diagnostic& problem : error.diagnostics) fmt::print(stderr, "step {}: {}\n", number, problem.text());
    step.done = true;
    work.save();
    return true;
  }
  step.run = done.run;
  step.done = done.whole;
  work.save();
  return done.whole;
}

report::SeriesView view_of(const Work& work, bool interrupted) {
  std::vector<compare::SeriesStep> steps;
  for (std::size_t i = 0; i < work.journal.steps.size(); ++i) {
    const JournalStep& step = work.journal.steps[i];
    compare::SeriesStep out{.number = static_cast<int>(i),
                            .id = step.id,
                            .subject = step.subject,
                            .author = step.author,
                            .temporary = step.temporary,
                            .touched = step.touched,
                            .run = step.run,
                            .same_as = step.same_as};
    for (const auto& [machine, build] : step.builds) out.builds[machine] = build.build;
    if (!step.run.empty()) out.settled = load_view(work.session, work.store, step.run).settled;
    steps.push_back(std::move(out));
  }
  return {.id = work.journal.id,
          .title = work.journal.title,
          .base = work.journal.base,
          .remarks = work.journal.remarks,
          .interrupted = interrupted,
          .report = compare::report_series(std::move(steps))};
}

int carry_on(Work& work) {
  bool whole = true;
  for (std::size_t i = 0; i < work.journal.steps.size() && whole; ++i)
    if (!work.journal.steps[i].done) whole = test_step(work, i);
  const report::SeriesView view = view_of(work, !whole);
  if (work.session.wants_json()) work.session.deliver_json(base::trim(report::series_json(view)));
  work.session.say(report::series_text(view, work.session.terminal()));
  return whole ? view.report.exit_code() : kInterrupted;
}

int begin(Session& session, const SeriesOptions& options) {
  // Absolute: the patches are named in the commands of the steps' runs.
  session.results_dir = base::fs::absolute(session.results_dir);
  const std::string id = new_id();
  const base::fs::path folder = series_folder(session) / id;
  std::error_code error;
  SeriesPlan plan;
  try {
    plan = plan_series(session, options, folder);
  } catch (...) {
    base::fs::remove_all(folder, error);
    throw;
  }
  base::fs::create_directories(series_folder(session), error);
  Journal journal{.id = id, .command = session.command_line, .directory = base::fs::current_path(error).string(), .started_at = now_text(),
                  .title = plan.title, .base = plan.base, .remarks = plan.remarks, .steps = plan.steps};
  Work work{session, store::Store::open(session.results_dir), std::move(plan), std::move(journal), lock_series(session, id)};
  for (const std::string& remark : work.plan.remarks) fmt::print(stderr, "note: {}\n", base::printable(remark));
  fmt::print(stderr, "series {}: {} steps on {}\n", id, work.plan.steps.size() - 1, base::printable(work.plan.base));
  work.save();
  return carry_on(work);
}

// "last", or the id or its unique start.
base::fs::path journal_named(const Session& session, const std::string& which) {
  std::vector<base::fs::path> found;
  std::error_code error;
  for (const auto& item : base::fs::directory_iterator(series_folder(session), error))
    if (item.path().extension() == ".json" && (which == "last" || item.path().stem().string().starts_with(which))) found.push_back(item.path());
  std::ranges::sort(found);
  if (found.empty() || (which != "last" && found.size() > 1))
    user_error(fmt::format("{} series is called {}", found.empty() ? "no" : "more than one", base::printable(which)),
               fmt::format("they are in {}", series_folder(session).string()));
  return found.back();
}

int resume(Session& session, const SeriesOptions& now) {
  if (!now.run.scenarios.empty() || !now.patches.empty() || !now.repo.empty() || !now.range.empty())
    user_error("--resume goes on with the series as it was asked for", "leave the other options away, or begin a new one");
  session.results_dir = base::fs::absolute(session.results_dir);
  if (!session.json_file.empty()) session.json_file = base::fs::absolute(session.json_file).string();
  const base::fs::path file = journal_named(session, now.resume);
  base::FileLock lock = lock_series(session, file.stem().string());
  auto journal = read_journal(file);
  if (!journal) user_error(journal.error().message, "begin the series again");
  SeriesOptions options = parse_series_command(session, journal->command);
  options.run.jobs = now.run.jobs;
  std::error_code gone;
  base::fs::current_path(journal->directory, gone);
  if (gone) user_error(fmt::format("the folder {} that the series was begun in is gone", base::printable(journal->directory)), "begin it again");
  // Read again beside the first reading: what has changed since must not be mixed with what was tested.
  const base::fs::path folder = series_folder(session) / journal->id;
  const auto scratch = base::value_or_throw(base::TemporaryDirectory::create(base::fs::temp_directory_path(), "vmlab-series-"));
  SeriesPlan plan = plan_series(session, options, scratch.path());
  bool same = plan.steps.size() == journal->steps.size();
  for (std::size_t i = 0; same && i < plan.steps.size(); ++i) {
    same = plan.steps[i].content == journal->steps[i].content;
    plan.steps[i].patch = journal->steps[i].patch;
    std::error_code error;
    if (same && !plan.steps[i].patch.empty() && !base::fs::exists(plan.steps[i].patch, error))
      user_error(fmt::format("{} is gone", plan.steps[i].patch), "begin the series again");
    journal->steps[i].temporary = plan.steps[i].temporary;
  }
  if (!same) user_error(fmt::format("series {} has changed since it was begun", journal->id), "begin it again: what did not change is built already");
  Work work{session, store::Store::open(session.results_dir), std::move(plan), std::move(*journal), std::move(lock)};
  return carry_on(work);
}

}  // namespace

void install_series(CLI::App& app, Session& session) {
  auto options = std::make_shared<SeriesOptions>();
  CLI::App* command = app.add_subcommand("series", "Build, boot and test after every patch of a series");
  add_series_options(*command, *options);
  add_output_options(*command, session);
  command->callback([&session, options] {
    session.exit_code = options->resume.empty() ? begin(session, *options) : resume(session, *options);
  });
}

}  // namespace cli
