// SPDX-License-Identifier: Apache-2.0
// One boot of a job's guest: from its start to its end, with the results of the tests that ran in it.
#pragma once
#include <deque>

#include "runner/job.h"
#include "runner/verdicts.h"

namespace runner {

struct BootEnd {
  enum class Kind {
    finished,     // the plan is done, or the guest was thrown away after a crash or a hang
    boot_failed,  // the kernel did not reach the agent
    infra,        // the host, QEMU or the transport failed
  };
  Kind kind = Kind::finished;
  std::string reason;
  std::string evidence;
  bool in_copy = false;         // the guest was a copy of a frozen one
  bool front_reported = false;  // of infra: it interrupted the test at the front, and that was reported
};

// What the results of the boot that is under way have in common; the position is the caller's.
ResultFrame frame_of(const JobInput& input, const model::JobRecord& record, int attempt);

// Runs the tests at the front of `queue`, taking each off once its results were given to the sink. A test that
// `infra` interrupted stays at the front, although what was seen of it was reported: the job decides whether
// to try again, as the next attempt.
// `attempt` numbers the try of the test at the front; the tests behind it are at their first.
async::task<BootEnd> run_boot(const JobInput& input, model::JobRecord& record, std::deque<const JobTest*>& queue,
                              int attempt, JobSink& sink);

}  // namespace runner
