// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "runner/boot.h"
#include "runner/verdicts.h"

namespace runner {
namespace {

namespace asio = async::asio;

ResultFrame frame_of(const JobInput& input, const model::JobRecord& record, int attempt) {
  return {.job = input.record.job,
          .machine = input.record.machine,
          .clock = input.clock,
          .seed = input.seed,
          .attempt = attempt,
          .boot = record.boots};
}

// The same outcome for every test that is left: it stands for all that was planned in that job.
void give_up(const JobInput& input, std::deque<const JobTest*>& queue, int attempt, model::Outcome outcome,
             const BootEnd& end, const model::JobRecord& record, JobSink& sink) {
  for (; !queue.empty(); queue.pop_front()) {
    model::CaseResult result =
        whole_test(queue.front()->test.id, outcome, end.reason, frame_of(input, record, attempt));
    result.evidence = end.evidence;
    sink.results(record, {std::move(result)});
    attempt = 1;
  }
}

}  // namespace

async::task<void> run_job(JobInput input, JobSink& sink) {
  model::JobRecord record = input.record;
  std::deque<const JobTest*> queue;
  for (const JobTest& test : input.tests) queue.push_back(&test);
  int attempt = 1;
  std::chrono::milliseconds pause = input.retry_pause;
  while (!queue.empty()) {
    const std::size_t before = queue.size();
    ++record.boots;
    const BootEnd end = co_await run_boot(input, record, queue, attempt, sink);
    const bool progressed = queue.size() < before;
    if (progressed) {
      attempt = 1;
      pause = input.retry_pause;
    }
    if (end.kind == BootEnd::Kind::finished) {
      if (progressed) continue;
      // A boot that reached the agent and finished no test would go round for ever.
      const BootEnd stuck{BootEnd::Kind::infra, "the guest ended without starting a test", end.evidence};
      give_up(input, queue, attempt, model::Outcome::infra, stuck, record, sink);
    } else if (end.kind == BootEnd::Kind::boot_failed) {
      give_up(input, queue, attempt, model::Outcome::boot_fail, end, record, sink);
    } else if (attempt > input.infra_retries) {
      // This host cannot run this guest; the others of the job would fare no better.
      if (end.front_reported) queue.pop_front();
      give_up(input, queue, end.front_reported ? 1 : attempt, model::Outcome::infra, end, record, sink);
    } else {
      sink.note(record, fmt::format("infrastructure trouble, trying again: {}", end.reason));
      ++attempt;
      asio::steady_timer timer(co_await asio::this_coro::executor, pause);
      co_await timer.async_wait(asio::use_awaitable);
      pause *= 2;
    }
  }
}

}  // namespace runner
