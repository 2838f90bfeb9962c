// SPDX-License-Identifier: Apache-2.0
// Many jobs as one run: builds once, boots as many guests as cores and memory allow, stores results as they arrive.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "async/asio.h"
#include "base/diagnostic.h"
#include "lab/artifact_source.h"
#include "lab/progress.h"
#include "runner/rerun.h"
#include "scenario/select.h"
#include "store/store.h"

namespace lab {

struct RunRequest {
  std::vector<scenario::JobRequest> jobs;
  std::string scenario_names;
  std::string command;       // as given
  int guests = 0;            // at once; 0: one per core
  bool keep_order = false;   // reproduce: one guest per job, tests exactly in the given order
  runner::RerunRules reruns; // of bad results; a scenario's known failures and expectations are added
  bool dump_on_hang = false; // also where the scenario does not ask for it
  std::optional<model::Run> earlier;  // the interrupted run to go on with: only what is left is run
};

struct RunEnd {
  std::string run;                  // id in the store
  base::Diagnostics user_errors;    // what was asked for cannot be; other machines' results stay
  std::string kernel_text;          // "6.12.117, gcc 12.2.0": of the first kernel, for the report's head
};

// The host's parts a run needs.
struct LabContext {
  async::asio::any_io_executor executor;
  store::Store& store;
  ArtifactSource& source;
  Progress& progress;
};

// Throws InfraError when the run as a whole cannot go on (the store fails), operation_aborted when cancelled; what
// was won until then is in the store either way.
async::task<RunEnd> run_lab(LabContext& context, const RunRequest& request);

// One job's tests as they will run: every program found or its absence turned into a result.
struct PreparedTests {
  std::vector<model::TestSpec> runnable;                         // `program` is the file that exists
  std::vector<std::pair<std::string, std::string>> unfit;        // test id, reason: the scenario said so
  std::vector<std::pair<std::string, std::string>> absent;       // test id, reason: nobody said so, so it is bad
  std::vector<std::tuple<std::string, std::string, std::string>> not_built;  // test id, reason, compiler's lines
};
PreparedTests prepare_tests(const scenario::JobRequest& job, const BuiltSelftests& selftests);

}  // namespace lab
