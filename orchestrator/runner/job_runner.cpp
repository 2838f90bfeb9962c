// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "runner/boot.h"
#include "runner/cross_check.h"
#include "runner/verdicts.h"

namespace runner {
namespace {

namespace asio = async::asio;

using Queue = std::deque<const JobTest*>;

// Passes everything on and remembers what is to be run again.
class WatchingSink final : public JobSink {
 public:
  WatchingSink(JobSink& sink, const RerunRules& rules) : sink_(sink), rules_(rules) {}

  struct Watched {
    int last_attempt = 0;
    bool bad = false;
    bool lost = false;  // the last attempt came to nothing
    bool in_copy = false;  // the first attempt ran in a copy of a frozen guest
    std::vector<model::CaseResult> results;  // of the last attempt
  };
  Watched& of(const std::string& test) { return watched_[test]; }

  void booting(const model::JobRecord& job) override { sink_.booting(job); }
  void booted(const model::JobRecord& job) override { sink_.booted(job); }
  void test_started(const model::JobRecord& job, const model::TestSpec& test) override { sink_.test_started(job, test); }
  void results(const model::JobRecord& job, std::vector<model::CaseResult> results) override {
    if (!results.empty()) {
      Watched& watched = watched_[results.front().test];
      watched.last_attempt = std::max(watched.last_attempt, results.front().attempt);
      watched.lost = std::ranges::any_of(results, [](const auto& r) { return r.outcome == model::Outcome::infra; });
      watched.results = results;
      watched.bad = watched.bad || (!watched.lost && worth_rerunning(results, rules_));
    }
    sink_.results(job, std::move(results));
  }
  void samples(const model::JobRecord& job, std::vector<model::Sample> samples) override {
    sink_.samples(job, std::move(samples));
  }
  void note(const model::JobRecord& job, std::string text) override { sink_.note(job, std::move(text)); }
  void cross_checked(const model::JobRecord& job, const std::string& test,
                     const std::optional<std::string>& difference) override {
    sink_.cross_checked(job, test, difference);
  }

 private:
  JobSink& sink_;
  const RerunRules& rules_;
  std::map<std::string, Watched> watched_;
};

// The same outcome for every test that is left: it stands for all that was planned in that job.
void give_up(const JobInput& input, Queue& queue, int attempt, model::Outcome outcome, const BootEnd& end,
             const model::JobRecord& record, JobSink& sink) {
  while (!queue.empty()) {
    model::CaseResult result =
        whole_test(queue.front()->test.id, outcome, end.reason, frame_of(input, record, attempt));
    result.evidence = end.evidence;
    sink.results(record, {std::move(result)});
    queue.pop_front();
    if (!queue.empty()) attempt = queue.front()->first_attempt;
  }
}

// Boots guests until the queue is empty. `attempt` is that of the test at its front.
async::task<void> drain(const JobInput& input, model::JobRecord& record, Queue& queue, int attempt, WatchingSink& sink) {
  int tries = 1;
  std::chrono::milliseconds pause = input.retry_pause;
  while (!queue.empty()) {
    const std::size_t before = queue.size();
    const std::string front = queue.front()->test.id;
    ++record.boots;
    const BootEnd end = co_await run_boot(input, record, queue, attempt, sink);
    const bool progressed = queue.size() < before;
    if (progressed) sink.of(front).in_copy = end.in_copy;
    if (progressed && !queue.empty()) {
      attempt = queue.front()->first_attempt;
      tries = 1;
      pause = input.retry_pause;
    }
    if (end.kind == BootEnd::Kind::finished) {
      if (progressed) continue;
      // A boot that reached the agent and finished no test would go round for ever.
      const BootEnd stuck{BootEnd::Kind::infra, "the guest ended without starting a test", end.evidence};
      give_up(input, queue, attempt, model::Outcome::infra, stuck, record, sink);
    } else if (end.kind == BootEnd::Kind::boot_failed) {
      give_up(input, queue, attempt, model::Outcome::boot_fail, end, record, sink);
    } else if (tries > input.infra_retries) {
      // This host cannot run this guest; the others of the job would fare no better.
      if (end.front_reported) {
        queue.pop_front();
        if (!queue.empty()) attempt = queue.front()->first_attempt;
      }
      give_up(input, queue, attempt, model::Outcome::infra, end, record, sink);
    } else {
      sink.note(record, fmt::format("infrastructure trouble, trying again: {}", end.reason));
      ++attempt;
      ++tries;
      asio::steady_timer timer(co_await asio::this_coro::executor, pause);
      co_await timer.async_wait(asio::use_awaitable);
      pause *= 2;
    }
  }
}

// Runs a test that ran in a copy once more, in a booted guest, and says whether that made a difference.
async::task<void> check_copy(const JobInput& input, model::JobRecord& record, const JobTest& test, WatchingSink& sink) {
  WatchingSink::Watched& watched = sink.of(test.test.id);
  const std::vector<model::CaseResult> in_copy = std::move(watched.results);
  sink.note(record, fmt::format("{} ran in a copy of a frozen guest: checking it in a booted one", test.test.id));
  JobInput booted = input;
  booted.start = input.boot;
  Queue one{&test};
  co_await drain(booted, record, one, watched.last_attempt + 1, sink);
  if (!watched.lost) sink.cross_checked(record, test.test.id, difference(in_copy, watched.results));
}

}  // namespace

async::task<void> run_job(JobInput input, JobSink& outer) {
  model::JobRecord record = input.record;
  WatchingSink sink(outer, input.reruns);
  Queue queue;
  for (const JobTest& test : input.tests)
    if (!test.only_reruns) queue.push_back(&test);
  if (!queue.empty()) co_await drain(input, record, queue, queue.front()->first_attempt, sink);

  for (const JobTest& test : input.tests) {
    WatchingSink::Watched& watched = sink.of(test.test.id);
    if (test.only_reruns) watched.last_attempt = test.first_attempt - 1;
    int done = 0;
    const auto owed = [&] { return test.only_reruns.value_or(watched.bad ? input.reruns.retries : 0); };
    if (input.boot && watched.in_copy && !watched.lost && (test.cross_check || owed() > 0)) {
      const bool was_bad = watched.bad;
      co_await check_copy(input, record, test, sink);
      if (watched.lost) continue;
      if (was_bad) done = 1;
    }
    for (int i = done; i < owed(); ++i) {
      sink.note(record, fmt::format("{} was bad: running it again in a fresh guest, {} of {}", test.test.id, i + 1, owed()));
      Queue one{&test};
      co_await drain(input, record, one, watched.last_attempt + 1, sink);
      if (watched.lost) break;  // the host has its own trouble now
    }
  }
}

}  // namespace runner
