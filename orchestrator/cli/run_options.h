// SPDX-License-Identifier: Apache-2.0
// The options of `vmlab run`, and the run they mean. Shared with `reproduce` and `shell`, which start from the
// command line of a run.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "lab/lab.h"

namespace cli {

struct RunOptions {
  std::vector<std::string> scenarios, archs, machines, tests, patches;
  std::string kernel, selftests, isolation, clock, shard, junit, resume;
  std::optional<std::uint64_t> seed;
  std::optional<int> retries;
  bool dump_on_hang = false;
  int jobs = 0;
  bool git_bisect = false;
  std::string seeds;  // hunt: "1..100"
  bool hunt = false;
  std::optional<std::string> arguments;  // hunt: the test's, instead of the scenario's
  bool shrink = false;                   // hunt
};

void add_run_options(CLI::App& command, RunOptions& options);

// Takes away what another command has and this one has not.
void remove_options(CLI::App& command, std::initializer_list<const char*> names);

// Those of `vmlab ab`: what to measure, with which seeds, on which clock; the kernels are the command's own.
void add_measuring_options(CLI::App& command, RunOptions& options);

// Those of `vmlab hunt`.
void add_hunt_options(CLI::App& command, RunOptions& options);

// Those of `vmlab bisect`: what to run on each step.
void add_bisect_run_options(CLI::App& command, RunOptions& options);

// Reads "A..B" (both included) or "A". Throws UserError on anything else, on 0 and on more than a hundred thousand.
std::vector<std::uint64_t> parse_seeds(const std::string& option, const std::string& text);

// Loads the scenarios and selects the jobs. Throws UserError.
lab::RunRequest request_of(const Session& session, const RunOptions& options);

// Where a run goes on: the request of the interrupted run `options.resume`, of its own command line where no scenario
// is given, with what it has won so far. Throws UserError when there is no such run, or when what is asked for now is
// not what was asked for then.
lab::RunRequest resumed_request(Session& session, const RunOptions& options);

// A stored command line ("vmlab run 'a b.yaml' --seed 7") as options again. Throws InfraError when it is none.
RunOptions parse_run_command(Session& session, const std::string& command_line);

// The inverse, as a user would give it.
std::string run_command_text(const RunOptions& options);

// Carries a request out, with its progress on stderr. Throws UserError when what was asked for cannot be.
struct CarriedOut {
  lab::RunEnd end;
  std::string run;     // its id in the store
  bool whole = false;  // not interrupted
};
CarriedOut carry_out(Session& session, const lab::RunRequest& request, store::Store& store);
// The same, and while its guests run the kernels of `meanwhile` are built, until the run ends.
CarriedOut carry_out(Session& session, const lab::RunRequest& request, store::Store& store,
                     const std::vector<scenario::JobRequest>& meanwhile);
// Builds all their kernels first; false when interrupted. Throws UserError when one of them cannot be.
bool build_kernels_of(Session& session, const std::vector<lab::RunRequest>& requests, store::Store& store);
// The same, with what came of each job's kernel, in the order of the jobs; nullopt when interrupted.
std::optional<std::vector<lab::KernelOfJob>> built_kernels_of(Session& session, const lab::RunRequest& request, store::Store& store);
// Several side by side, whose guests take turns, so that what disturbs the host disturbs all of them alike: one guest
// at a time, because a guest on the core beside it is what disturbs most, or as many as the requests say.
std::vector<CarriedOut> carry_out_together(Session& session, std::vector<lab::RunRequest> requests, store::Store& store);

// Carries a request out, prints and delivers its report; the exit code.
int run_and_report(Session& session, const lab::RunRequest& request, const std::string& junit, bool git_bisect);

}  // namespace cli
