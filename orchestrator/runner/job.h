// SPDX-License-Identifier: Apache-2.0
// One guest's work: what goes in as a value, what comes out through a sink, as it happens.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "guest/guest.h"
#include "guest/qemu/command_line.h"
#include "model/plan.h"
#include "model/run.h"
#include "runner/limits.h"
#include "runner/rerun.h"

namespace runner {

struct JobTest {
  model::TestSpec test;
  model::PlannedTest planned;  // index and position are the job's
  int first_attempt = 1;       // more when a run goes on that had tried before
  // Of a run that goes on: its first result is there and bad, and so many runs more are owed to it.
  std::optional<int> only_reruns;
  bool cross_check = false;  // once it ran in a copy of a frozen guest: again in one that is booted
};

// Starts the guest of one boot in `folder`; the real one writes an image with the plan and calls start_qemu.
using StartGuest = std::function<async::task<base::Result<std::unique_ptr<guest::Guest>>>(
    const model::Plan& plan, const base::fs::path& folder)>;

// Where a guest stands still for a debugger.
struct DebuggerStop {
  std::string test;    // as it starts; empty: before its first instruction, where it must have been started so
  std::string listen;  // QEMU's words for where its stub listens: "tcp:127.0.0.1:1234"
};

struct JobInput {
  model::JobRecord record;  // without boot_ms and boots, which the runner fills
  const model::Machine* machine = nullptr;
  std::vector<JobTest> tests;
  model::Clock clock = model::Clock::wall;
  std::optional<std::uint64_t> seed;
  bool hunt = false;  // the seed also draws when threads of ours wake beside the test; instruction clock only
  bool fresh_guest_per_test = false;
  base::fs::path folder;  // exists; the job's artefacts go here
  base::fs::path vmlinux;  // for source lines under a crash; may be empty
  StartGuest start;
  StartGuest boot;  // never gives a copy of a frozen guest; empty where start() does not either
  Limits limits;
  std::optional<DebuggerStop> stop;
  bool dump_on_hang = false;  // keep the memory of a guest in which something hangs, boot-N/memory.elf
  int infra_retries = 2;  // of one test: the host's trouble gets another chance, the kernel's does not
  std::chrono::milliseconds retry_pause{2000};  // doubled at each further retry
  // A bad result is run again for its rate, as further attempts; the first one stays what it is.
  RerunRules reruns;
};

// Told in the order things happen. `results` must have committed when it returns.
class JobSink {
 public:
  virtual ~JobSink() = default;
  virtual void booting(const model::JobRecord& job) = 0;
  virtual void booted(const model::JobRecord& job) = 0;
  virtual void test_started(const model::JobRecord& job, const model::TestSpec& test) = 0;
  virtual void results(const model::JobRecord& job, std::vector<model::CaseResult> results) = 0;
  // What a benchmark measured, after its results.
  virtual void samples(const model::JobRecord&, std::vector<model::Sample>) {}
  // A test ran in a copy of a frozen guest and in one that was booted; `difference` says where its outcomes differ.
  virtual void cross_checked(const model::JobRecord&, const std::string& /*test*/,
                             const std::optional<std::string>& /*difference*/) {}
  // Something worth a line that is no result: a transport that stumbled, a retry and its reason.
  virtual void note(const model::JobRecord& job, std::string text) = 0;
};

// Runs all tests, in as many boots as it takes; every test has a result in the end. Then those whose result was bad
// again, each in guests of its own; where copies of a frozen guest are used, the first time in one that is booted. Throws only when cancelled
// (operation_aborted) or when the sink throws.
async::task<void> run_job(JobInput input, JobSink& sink);

}  // namespace runner
