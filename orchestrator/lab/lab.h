// SPDX-License-Identifier: Apache-2.0
// Many jobs as one run: builds once, boots as many guests as cores and memory allow, stores results as they arrive.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/asio.h"
#include "base/diagnostic.h"
#include "lab/artifact_source.h"
#include "lab/progress.h"
#include "lab/slots.h"
#include "runner/job.h"
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
  // Under the instruction clock: each job runs once for each of these instead of with its own seed.
  std::vector<std::uint64_t> seeds;
  // Search among the seeds: threads of ours wake beside the tests at times of the seed, and once a test has failed no
  // further seed is begun. A job in which one did runs again and must say the same to the byte.
  bool hunt = false;
  std::optional<runner::DebuggerStop> stop;  // reproduce --gdb
  bool check_exact = true;  // under the instruction clock a machine's first job runs again, for the same reason
  std::set<std::string> only;  // when not empty: the other tests only keep their places in the plan
  std::optional<model::Run> earlier;  // the interrupted run to go on with: only what is left is run
};

// A seed under which a test failed.
struct HuntFind {
  std::string job, machine, test;
  std::uint64_t seed = 0;
  int boot = 0;                           // of the job
  bool confirmed = false;                 // the seed ran again and said the same to the byte
  std::vector<std::string> differences;   // where it did not
  std::string transcript;                 // its hash (exact_transcript.h); empty: it cannot be read
};

struct RunEnd {
  std::string run;                  // id in the store
  base::Diagnostics user_errors;    // what was asked for cannot be; other machines' results stay
  std::vector<HuntFind> finds;      // of a hunt, as they came
  std::string kernel_text;          // "6.12.117, gcc 12.2.0": of the first kernel, for the report's head
};

// The host's parts a run needs.
struct LabContext {
  async::asio::any_io_executor executor;
  store::Store& store;
  ArtifactSource& source;
  Progress& progress;
  Slots* turns = nullptr;  // runs side by side in this context: their guests wait for each other here
};

// Throws InfraError when the run as a whole cannot go on (the store fails), operation_aborted when cancelled; what
// was won until then is in the store either way.
async::task<RunEnd> run_lab(LabContext& context, const RunRequest& request);

// Builds the jobs' kernels, and nothing else: before something long begins that needs all of them. What the user asked
// for and cannot be is returned; a kernel that does not compile is for run_lab() to report.
async::task<base::Diagnostics> build_kernels(LabContext& context, std::vector<scenario::JobRequest> jobs);

// What became of one job's kernel.
struct KernelOfJob {
  const model::Machine* machine = nullptr;
  Built<BuiltKernel> kernel;
};
// The same, and what came of each: one entry a job, in order. Whoever asks which steps of a series are one kernel
// needs to know before anything boots.
async::task<std::vector<KernelOfJob>> built_kernels(LabContext& context, std::vector<scenario::JobRequest> jobs);

// One job's tests as they will run: every program found or its absence turned into a result.
struct PreparedTests {
  std::vector<model::TestSpec> runnable;                         // `program` is the file that exists
  std::vector<std::pair<std::string, std::string>> unfit;        // test id, reason: the scenario said so
  std::vector<std::pair<std::string, std::string>> absent;       // test id, reason: nobody said so, so it is bad
  std::vector<std::tuple<std::string, std::string, std::string>> not_built;  // test id, reason, compiler's lines
};
PreparedTests prepare_tests(const scenario::JobRequest& job, const BuiltSelftests& selftests);

}  // namespace lab
