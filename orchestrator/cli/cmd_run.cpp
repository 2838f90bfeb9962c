// SPDX-License-Identifier: Apache-2.0
// vmlab run SCENARIO...: build, boot, test, store, report.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>

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

CarriedOut carry_out(Session& session, const lab::RunRequest& request, store::Store& store) {
  async::asio::io_context loop;
  CarriedOut done;
  lab::RunEnd& end = done.end;
  {
    std::FILE* out = stderr;  // progress never mixes with a report that goes to a pipe
    lab::Progress progress(out, ::isatty(::fileno(out)) != 0, static_cast<int>(session.terminal().width));
    lab::KernelArtifacts artifacts(session.checkout());
    lab::LabContext context{loop.get_executor(), store, artifacts, progress};
    auto operation = [&]() -> async::task<void> { end = co_await lab::run_lab(context, request); };
    done.whole = run_loop(loop, operation(), [&] {
      progress.note("interrupted: ending the guests; what has a result is kept");
      artifacts.cancel();
    });
  }
  if (!end.user_errors.empty()) {
    store.discard_empty_run(end.run);
    throw base::UserError{end.user_errors};
  }
  auto last = store.resolve_run(end.run.empty() ? "last" : end.run);
  if (!last) throw base::InfraError(last.error());
  done.run = *last;
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
