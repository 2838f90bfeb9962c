// SPDX-License-Identifier: Apache-2.0
// vmlab reproduce RESULT: the same guest, the tests that ran before it there, the test, the seed - again.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "cli/run_options.h"
#include "cli/shell_words.h"
#include "lab/exact_transcript.h"
#include "lab/job_plan.h"
#include "lab/request_note.h"
#include "report/view.h"

namespace cli {
namespace {

store::FoundResult look_up(const Session& session, const std::string& handle) {
  const store::Store store = store::Store::open(session.results_dir);
  auto result = store.find_result(handle);
  if (!result) user_error(result.error().message, result.error().hint);
  return std::move(*result);
}

// What `vmlab run` was asked for in the beginning: a result may come from a reproduction, of a reproduction.
store::FoundResult origin_of(const Session& session, store::FoundResult found) {
  for (int generations = 0; generations < 100; ++generations) {
    const auto words = shell_words(found.command);
    if (words.size() < 3 || words[1] != "reproduce") break;
    const auto handle = std::ranges::find_if(words.begin() + 2, words.end(), [](const auto& word) { return !word.starts_with("-"); });
    if (handle == words.end()) break;
    found = look_up(session, *handle);
  }
  return found;
}

// Paths of the old command are relative to where it was given.
void go_where_it_was_given(Session& session, const std::string& run) {
  const auto note = lab::read_note(store::Store::open(session.results_dir).run_directory(run));
  if (!note) return;  // of an older version: then from here
  if (!session.json_file.empty()) session.json_file = base::fs::absolute(session.json_file).string();
  session.results_dir = base::fs::absolute(session.results_dir);
  std::error_code gone;
  base::fs::current_path(note->directory, gone);
  if (gone) user_error(fmt::format("the folder {} that run {} was started in is gone", base::printable(note->directory), run));
}

bool is_exact(const store::FoundResult& found) { return found.result.clock == model::Clock::instructions; }

// What its guest was planned to run. Under the instruction clock the plan itself is part of what a guest does, so all of
// it comes back, and the tests that stood in the job's plan keep their places.
struct Wanted {
  std::vector<std::string> tests;  // in the order of the plan
  std::set<std::string> only;      // of those, what is run; empty: all
};

Wanted wanted_of(const Session& session, const store::FoundResult& found, bool alone, bool guest_per_test) {
  Wanted wanted{found.tests_before, {}};
  wanted.tests.push_back(found.result.test);
  if (!is_exact(found) || alone) return wanted;
  const auto loaded = store::Store::open(session.results_dir).load_run(found.run);
  if (!loaded) return wanted;
  std::map<int, std::string> plan;  // by position
  for (const model::Planned& planned : loaded->run.planned)
    if (planned.job == found.job.job && !planned.unfit) plan.emplace(planned.position, planned.test);
  if (plan.empty()) return wanted;
  wanted.tests.clear();
  for (const auto& [position, test] : plan) wanted.tests.push_back(test);
  // The first boot was given everything, a later one what was left, a guest per test its own.
  std::set<std::string> earlier;
  for (const model::CaseResult& result : loaded->run.results)
    if (result.job == found.job.job && result.boot < found.result.boot) earlier.insert(result.test);
  for (const std::string& test : wanted.tests)
    if (guest_per_test ? test == found.result.test : !earlier.contains(test)) wanted.only.insert(test);
  if (wanted.only.size() == wanted.tests.size()) wanted.only.clear();
  return wanted;
}

lab::RunRequest request_for(Session& session, const store::FoundResult& found, bool alone) {
  const store::FoundResult origin = origin_of(session, found);
  go_where_it_was_given(session, origin.run);
  RunOptions options = parse_run_command(session, origin.command);
  options.machines = {found.result.machine};
  options.archs.clear();
  options.tests.clear();
  options.shard.clear();
  if (found.result.seed) options.seed = found.result.seed;
  options.seeds.clear();
  lab::RunRequest request = request_of(session, options);
  const bool guest_per_test = !request.jobs.empty() && request.jobs.front().isolation == model::Isolation::test;
  // A rerun had a guest of its own too. A reproduction's plan may have gaps, the first run's has none.
  const store::FoundResult& planned = is_exact(found) ? origin : found;
  const auto [wanted, only] = wanted_of(session, planned, alone, guest_per_test || planned.result.attempt > 1);
  for (scenario::JobRequest& job : request.jobs) {
    std::vector<model::TestSpec> tests;
    for (const std::string& id : wanted) {
      const auto test = std::ranges::find(job.tests, id, &model::TestSpec::id);
      if (test != job.tests.end()) tests.push_back(*test);
    }
    job.unfit.clear();
    // The tests of run_vmtests.sh are known only once the tree is there: narrow them by id instead.
    if (!job.vmtests.empty()) job.test_globs = wanted;
    job.tests = std::move(tests);
    // The tests before it ran in the same guest, whatever the default is by now.
    if (!found.tests_before.empty()) job.isolation = model::Isolation::suite;
  }
  std::erase_if(request.jobs, [](const scenario::JobRequest& job) { return job.empty(); });
  if (request.jobs.empty())
    throw base::InfraError("the scenario has no test " + found.result.test + " any more",
                           "restore the scenario file of that run: " + origin.command);
  request.only = only;
  request.check_exact = false;  // it is compared with what it repeats
  request.keep_order = true;
  request.reruns.retries = 0;
  return request;
}

// As the test starts, or, where that would change the guest, before anything runs (runner/debugger.cpp).
runner::DebuggerStop stop_for(const lab::RunRequest& request, const store::FoundResult& found) {
  const bool turns = is_exact(found) && guest::vcpus_of(lab::guest_of(request.jobs.front(), {})) > 1;
  return {.test = turns ? "" : found.result.test, .listen = "tcp:127.0.0.1:1234"};
}

// The sources may have moved on, or the compiler: then it was another kernel.
void tell_if_changed(const Session& session, const store::FoundResult& found) {
  const auto now = store::Store::open(session.results_dir).load_run("last");
  if (!now || now->run.jobs.empty()) return;
  const model::KernelIdentity& kernel = now->run.jobs.front().kernel;
  if (kernel.image_sha256 != found.job.kernel.image_sha256)
    session.say(fmt::format("\nnote: this was another kernel than then ({} then, {} now): its source, configuration or "
                            "compiler has changed\n", found.job.kernel.key.substr(0, 12), kernel.key.substr(0, 12)));
}

// Where the transcript of a result's boot is.
base::fs::path boot_of(const store::Store& store, const std::string& run, const model::JobRecord& job, int boot) {
  return store.run_directory(run) / job.folder / fmt::format("boot-{}", boot);
}

// Under the instruction clock the same guest says the same to the byte.
void tell_if_the_same(const Session& session, const store::FoundResult& found) {
  const store::Store store = store::Store::open(session.results_dir);
  const auto now = store.load_run("last");
  if (!now) return;
  const auto again = std::ranges::find_if(now->run.results, [&](const model::CaseResult& r) { return r.test == found.result.test; });
  if (again == now->run.results.end()) return;
  const auto job = std::ranges::find(now->run.jobs, again->job, &model::JobRecord::job);
  if (job == now->run.jobs.end()) return;
  const auto first = lab::read_transcript(boot_of(store, found.run, found.job, found.result.boot));
  const auto second = lab::read_transcript(boot_of(store, now->run.id, *job, again->boot));
  if (!first || !second) {
    session.say("\nwhether its guest said the same cannot be told: " + (first ? second : first).error().message + "\n");
    return;
  }
  const auto differences = lab::differences(*first, *second);
  if (differences.empty()) {
    session.say(fmt::format("\nthe same to the byte as then: transcript {}\n", lab::transcript_hash(*second).substr(0, 16)));
    return;
  }
  session.say("\nNOT the same as then:\n");
  for (const lab::TranscriptDifference& difference : differences) session.say("  " + difference.text() + "\n");
}

}  // namespace

void install_reproduce(CLI::App& app, Session& session) {
  auto handle = std::make_shared<std::string>();
  auto alone = std::make_shared<bool>(false), gdb = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("reproduce", "Run one result again: same guest, same tests before it");
  command->add_option("RESULT", *handle, "The handle printed with the result")->required();
  command->add_flag("--alone", *alone, "Without the tests that ran before it");
  command->add_flag("--gdb", *gdb, "Stop the guest before the failure, and wait for gdb on 127.0.0.1:1234");
  add_output_options(*command, session);
  command->callback([&session, handle, alone, gdb] {
    store::FoundResult found = look_up(session, *handle);
    if (*alone) found.tests_before.clear();
    session.say(fmt::format("reproducing {} on {}: was {}; {} tests before it\n", base::printable(found.result.id),
                            found.result.machine, model::to_string(found.result.outcome), found.tests_before.size()));
    lab::RunRequest request = request_for(session, found, *alone);
    if (*gdb) request.stop = stop_for(request, found);
    session.exit_code = run_and_report(session, request, {}, false);
    tell_if_changed(session, found);
    if (is_exact(found) && !*alone) tell_if_the_same(session, found);
  });
}

}  // namespace cli
