// SPDX-License-Identifier: Apache-2.0
// vmlab reproduce RESULT: the same guest, the tests that ran before it there, the test, the seed - again.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/run_options.h"

namespace cli {
namespace {

lab::RunRequest request_for(Session& session, const store::FoundResult& found) {
  RunOptions options = parse_run_command(session, found.command);
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
  }
  std::erase_if(request.jobs, [](const scenario::JobRequest& job) { return job.empty(); });
  if (request.jobs.empty())
    throw base::InfraError("the scenario has no test " + found.result.test + " any more",
                           "restore the scenario file of that run: " + found.command);
  request.keep_order = true;
  request.reruns.retries = 0;
  return request;
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
    store::FoundResult found = [&] {
      const store::Store store = store::Store::open(session.results_dir);
      auto result = store.find_result(*handle);
      if (!result) user_error(result.error().message, result.error().hint);
      return std::move(*result);
    }();
    if (*alone) found.tests_before.clear();
    session.say(fmt::format("reproducing {} on {}: was {}; {} tests before it\n", base::printable(found.result.id),
                            found.result.machine, model::to_string(found.result.outcome), found.tests_before.size()));
    const lab::RunRequest request = request_for(session, found);
    session.exit_code = run_and_report(session, request, {}, false);
  });
}

}  // namespace cli
