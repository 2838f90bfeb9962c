// SPDX-License-Identifier: Apache-2.0
// vmlab run --resume RUN: from an interrupted run to the request that goes on with it.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/run_options.h"
#include "lab/request_note.h"

namespace cli {
namespace {

// The options of the run's own command. What concerns only this call stays: how many guests, where reports go.
RunOptions options_of_run(Session& session, const model::Run& run, const RunOptions& now) {
  RunOptions options = parse_run_command(session, run.command);
  if (options.hunt) user_error("a hunt is not resumed", "start it again with the seeds that are left: " + base::printable(run.command));
  options.jobs = now.jobs;
  options.junit = now.junit;
  options.git_bisect = now.git_bisect;
  if (now.retries) options.retries = now.retries;
  options.dump_on_hang |= now.dump_on_hang;
  const bool narrows = !now.archs.empty() || !now.machines.empty() || !now.tests.empty() || !now.patches.empty() ||
                       !now.kernel.empty() || !now.selftests.empty() || !now.isolation.empty() || !now.clock.empty() ||
                       !now.shard.empty() || now.seed.has_value();
  if (narrows)
    user_error("--resume goes on with the run as it was asked for",
               "leave the options away that say what to run, or start a new run");
  return options;
}

}  // namespace

lab::RunRequest resumed_request(Session& session, const RunOptions& now) {
  store::Store store = store::Store::open(session.results_dir);
  auto loaded = store.load_run(now.resume);
  if (!loaded) user_error(loaded.error().message, loaded.error().hint);
  const std::string id = loaded->run.id;
  if (loaded->state == store::RunState::running)
    user_error("run " + id + " is still running", "wait for it, or end its process first");
  const auto note = lab::read_note(store.run_directory(id));
  if (!note) user_error(fmt::format("run {} cannot be resumed: {}", id, note.error().message), "start the run again");

  RunOptions options = now;
  if (now.scenarios.empty()) {
    options = options_of_run(session, loaded->run, now);
    // Paths of the old command are relative to where it was given.
    if (!options.junit.empty()) options.junit = base::fs::absolute(options.junit).string();
    if (!session.json_file.empty()) session.json_file = base::fs::absolute(session.json_file).string();
    session.results_dir = base::fs::absolute(session.results_dir);
    std::error_code gone;
    base::fs::current_path(note->directory, gone);
    if (gone) user_error(fmt::format("the folder {} that run {} was started in is gone", base::printable(note->directory), id),
                         "name the scenario: vmlab run --resume RUN SCENARIO");
  }
  lab::RunRequest request = request_of(session, options);
  if (const auto changed = lab::difference(*note, lab::note_of(request)))
    user_error(fmt::format("run {} cannot be resumed, something has changed since it began", id),
               base::printable(*changed) + "; start a new run");
  request.earlier = std::move(loaded->run);
  return request;
}

}  // namespace cli
