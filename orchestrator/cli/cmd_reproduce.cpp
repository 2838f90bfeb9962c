// SPDX-License-Identifier: Apache-2.0
// vmlab reproduce RESULT: the same guest, the tests that ran before it there, the test, the seed - again.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/run_options.h"
#include "cli/shell_words.h"
#include "lab/request_note.h"

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

lab::RunRequest request_for(Session& session, const store::FoundResult& found) {
  const store::FoundResult origin = origin_of(session, found);
  go_where_it_was_given(session, origin.run);
  RunOptions options = parse_run_command(session, origin.command);
  options.machines = {found.result.machine};
  options.archs.clear();
  options.tests.clear();
  options.shard.clear();
  if (found.result.seed) options.seed = found.result.seed;
  lab::RunRequest request = request_of(session, options);
  std::vector<std::string> wanted = found.tests_before;
  wanted.push_back(found.result.test);
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
  request.keep_order = true;
  request.reruns.retries = 0;
  return request;
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

}  // namespace

void install_reproduce(CLI::App& app, Session& session) {
  auto handle = std::make_shared<std::string>();
  auto alone = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("reproduce", "Run one result again: same guest, same tests before it");
  command->add_option("RESULT", *handle, "The handle printed with the result")->required();
  command->add_flag("--alone", *alone, "Without the tests that ran before it");
  add_output_options(*command, session);
  command->callback([&session, handle, alone] {
    store::FoundResult found = look_up(session, *handle);
    if (*alone) found.tests_before.clear();
    session.say(fmt::format("reproducing {} on {}: was {}; {} tests before it\n", base::printable(found.result.id),
                            found.result.machine, model::to_string(found.result.outcome), found.tests_before.size()));
    const lab::RunRequest request = request_for(session, found);
    session.exit_code = run_and_report(session, request, {}, false);
    tell_if_changed(session, found);
  });
}

}  // namespace cli
