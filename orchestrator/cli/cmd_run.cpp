// SPDX-License-Identifier: Apache-2.0
// vmlab run SCENARIO...: build, boot, test, store, report.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <thread>

#include "async/task_group.h"
#include "base/text.h"
#include "cli/loop.h"
#include "cli/run_options.h"
#include "cli/stored_run.h"
#include "compare/verdict.h"
#include "lab/kernel_artifacts.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/terminal.h"

namespace cli {

namespace {

async::task<void> carry_out_one(lab::LabContext& context, const lab::RunRequest& request, lab::RunEnd& end) {
  end = co_await lab::run_lab(context, request);
}

async::task<void> carry_out_all(lab::LabContext& context, const std::vector<lab::RunRequest>& requests, int at_once,
                                std::vector<CarriedOut>& done) {
  if (requests.size() == 1) {
    co_await carry_out_one(context, requests.front(), done.front().end);
    co_return;
  }
  // Whoever has ended goes to the end of the queue: with one guest at once the runs alternate.
  lab::Slots turns(context.executor, at_once, 0);
  context.turns = &turns;
  async::TaskGroup group(context.executor);
  for (std::size_t i = 0; i < requests.size(); ++i) group.spawn(carry_out_one(context, requests[i], done[i].end));
  co_await group.join();
}

// Runs something in the lab, until it ends or the user does: false then.
bool in_lab(Session& session, store::Store& store, const std::function<async::task<void>(lab::LabContext&)>& work) {
  async::asio::io_context loop;
  std::FILE* out = stderr;  // progress never mixes with a report that goes to a pipe
  lab::Progress progress(out, ::isatty(::fileno(out)) != 0, static_cast<int>(session.terminal().width));
  lab::KernelArtifacts artifacts(session.checkout());
  lab::LabContext context{loop.get_executor(), store, artifacts, progress};
  return run_loop(loop, work(context), [&] {
    progress.note("interrupted: ending the guests; what has a result is kept");
    artifacts.cancel();
  });
}

async::task<void> build_all(lab::LabContext& context, std::vector<scenario::JobRequest> jobs, base::Diagnostics& wrong) {
  wrong = co_await lab::build_kernels(context, std::move(jobs));
}

// What nobody asked for may fail: whoever needs it hears of it.
async::task<void> build_quietly(lab::LabContext& context, std::vector<scenario::JobRequest> jobs) {
  try {
    (void)co_await lab::build_kernels(context, std::move(jobs));
  } catch (const base::InfraError& error) {
    context.progress.note(fmt::format("building ahead: {}", error.what()));
  }
}

async::task<void> run_and_stop_building(lab::LabContext& context, const lab::RunRequest& request, lab::RunEnd& end) {
  struct Stop {
    lab::ArtifactSource& source;
    ~Stop() { source.cancel(); }  // what is half built goes on from there another time
  } stop{context.source};
  end = co_await lab::run_lab(context, request);
}

async::task<void> run_and_build(lab::LabContext& context, const lab::RunRequest& request,
                                const std::vector<scenario::JobRequest>& meanwhile, lab::RunEnd& end) {
  async::TaskGroup group(context.executor);
  group.spawn(run_and_stop_building(context, request, end));
  group.spawn(build_quietly(context, meanwhile));
  co_await group.join();
}

async::task<void> built_all(lab::LabContext& context, std::vector<scenario::JobRequest> jobs, std::vector<lab::KernelOfJob>& out) {
  out = co_await lab::built_kernels(context, std::move(jobs));
}

}  // namespace

std::optional<std::vector<lab::KernelOfJob>> built_kernels_of(Session& session, const lab::RunRequest& request, store::Store& store) {
  std::vector<lab::KernelOfJob> out;
  const bool whole = in_lab(session, store, [&](lab::LabContext& context) { return built_all(context, request.jobs, out); });
  return whole ? std::optional(std::move(out)) : std::nullopt;
}

bool build_kernels_of(Session& session, const std::vector<lab::RunRequest>& requests, store::Store& store) {
  std::vector<scenario::JobRequest> jobs;
  for (const lab::RunRequest& request : requests) jobs.insert(jobs.end(), request.jobs.begin(), request.jobs.end());
  base::Diagnostics wrong;
  const bool whole = in_lab(session, store, [&](lab::LabContext& context) { return build_all(context, jobs, wrong); });
  if (!wrong.empty()) throw base::UserError{wrong};
  return whole;
}

CarriedOut carry_out(Session& session, const lab::RunRequest& request, store::Store& store) {
  return std::move(carry_out_together(session, {request}, store).front());
}

CarriedOut carry_out(Session& session, const lab::RunRequest& request, store::Store& store,
                     const std::vector<scenario::JobRequest>& meanwhile) {
  if (meanwhile.empty()) return carry_out(session, request, store);
  CarriedOut done;
  done.whole = in_lab(session, store, [&](lab::LabContext& context) { return run_and_build(context, request, meanwhile, done.end); });
  if (!done.end.user_errors.empty()) throw base::UserError{done.end.user_errors};
  done.run = base::value_or_throw(store.resolve_run(done.end.run.empty() ? "last" : done.end.run));
  return done;
}

std::vector<CarriedOut> carry_out_together(Session& session, std::vector<lab::RunRequest> requests, store::Store& store) {
  int at_once = 1;
  if (requests.size() > 1)
    for (lab::RunRequest& request : requests) at_once = request.guests = std::max(1, request.guests);
  std::vector<CarriedOut> done(requests.size());
  const bool whole =
      in_lab(session, store, [&](lab::LabContext& context) { return carry_out_all(context, requests, at_once, done); });
  for (CarriedOut& one : done) {
    one.whole = whole;
    if (!one.end.user_errors.empty()) {
      for (const CarriedOut& other : done)
        if (!other.end.run.empty()) store.discard_empty_run(other.end.run);
      throw base::UserError{one.end.user_errors};
    }
    one.run = base::value_or_throw(store.resolve_run(one.end.run.empty() ? "last" : one.end.run));
  }
  return done;
}

int run_and_report(Session& session, const lab::RunRequest& request, const std::string& junit, bool git_bisect) {
  store::Store store = store::Store::open(session.results_dir);
  const CarriedOut done = carry_out(session, request, store);
  const bool whole = done.whole;
  const report::RunView view = load_view(session, store, done.run);
  if (!junit.empty()) base::value_or_throw(base::write_file_atomic(junit, report::junit_xml(view)));
  if (session.wants_json()) session.deliver_json(base::trim(report::run_json(view)));
  session.say(report::terminal_text(view, session.terminal()));
  if (whole && compare::count(view.settled).of(model::Outcome::infra) > 0)
    session.say(fmt::format("what the host took has no verdict yet: vmlab run --resume {} runs it again\n", view.run.id));
  if (!whole) return kInterrupted;
  return git_bisect ? compare::git_bisect_code(view.settled) : report::exit_code(view);
}

void install_run(CLI::App& app, Session& session) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Build the kernels, boot the guests, run the tests, report");
  add_run_options(*command, *options);
  add_output_options(*command, session);
  command->callback([&session, options] {
    const std::string junit = options->junit.empty() ? "" : base::fs::absolute(options->junit).string();
    const lab::RunRequest request =
        options->resume.empty() ? request_of(session, *options) : resumed_request(session, *options);
    if (!options->git_bisect) {
      session.exit_code = run_and_report(session, request, junit, false);
      return;
    }
    try {
      session.exit_code = run_and_report(session, request, junit, true);
    } catch (const base::InfraError& error) {
      // git would take any other code below 128 for "bad".
      fmt::print(stderr, "vmlab: {}\n", error.what());
      session.exit_code = 255;
    }
  });
}

}  // namespace cli
