// SPDX-License-Identifier: Apache-2.0
// For this room's tests: a job whose guests are scripted, and a sink that remembers.
#pragma once
#include <gtest/gtest.h>

#include <deque>

#include "channel/encoder.h"
#include "guest/scripted/scripted_guest.h"
#include "runner/job.h"

namespace runner {

using Steps = std::vector<guest::ScriptStep>;

// Builds what a guest's agent says, frame by frame.
class Agent {
 public:
  guest::ScriptStep hello() { return say(channel::Hello{.protocol = 1, .build = "t", .word_bits = 64, .release = "6.12"}); }
  guest::ScriptStep start(std::uint32_t test) { return say(channel::TestStart{.test = test}); }
  guest::ScriptStep output(std::uint32_t test, std::string text) {
    return say(channel::Output{.test = test, .data = std::move(text)});
  }
  guest::ScriptStep kmsg(std::string records) { return say(channel::Kmsg{.records = std::move(records)}); }
  guest::ScriptStep evidence(std::uint32_t test, std::string text) {
    return say(channel::Evidence{.test = test, .name = "tasks of pid 9 (cow)", .text = std::move(text)});
  }
  guest::ScriptStep end(std::uint32_t test, std::uint32_t code = 0,
                        channel::TestEnd::Limit limit = channel::TestEnd::Limit::in_time) {
    return say(channel::TestEnd{.test = test, .code = code, .limit = limit, .duration_ns = 1'000'000});
  }
  guest::ScriptStep heartbeat() { return say(channel::Heartbeat{}); }
  guest::ScriptStep goodbye() { return say(channel::Goodbye{.reason = "done"}); }
  guest::ScriptStep say(const channel::Message& message) { return guest::script::say(encoder_.frame(message)); }

 private:
  channel::Encoder encoder_;
};

class RememberingSink final : public JobSink {
 public:
  void booting(const model::JobRecord&) override { ++boots; }
  void booted(const model::JobRecord&) override {}
  void test_started(const model::JobRecord&, const model::TestSpec&) override {}
  void results(const model::JobRecord&, std::vector<model::CaseResult> batch) override {
    for (auto& result : batch) all.push_back(std::move(result));
  }
  void note(const model::JobRecord&, std::string text) override { notes.push_back(std::move(text)); }
  void cross_checked(const model::JobRecord&, const std::string& test, const std::optional<std::string>& difference) override {
    checked.push_back(test + ": " + difference.value_or("same"));
  }

  // "mm/a/x pass 1; mm/a crash 2": id, outcome, attempt.
  std::string text() const {
    std::string out;
    for (const auto& r : all)
      out += (out.empty() ? "" : "; ") + r.id + " " + std::string(model::to_string(r.outcome)) + " " +
             std::to_string(r.attempt);
    return out;
  }

  int boots = 0;
  std::vector<model::CaseResult> all;
  std::vector<std::string> notes, checked;
};

class JobTestBase : public testing::Test {
 protected:
  void SetUp() override {
    using namespace std::chrono_literals;
    input_.retry_pause = 1ms;
    input_.limits.boot = 2s;
    input_.limits.between = 2s;
    input_.limits.kill = 100ms;
    input_.limits.goodbye = 100ms;
    input_.limits.after_crash = 100ms;
    input_.limits.sysrq = 200ms;
    input_.limits.console_grace = 1ms;
    input_.limits.heard = 50ms;
  }

  // Tests that report by exit status unless `plan` text is printed.
  static JobTest test(const std::string& id, int index) {
    JobTest job_test;
    job_test.test.id = id;
    job_test.test.limit = std::chrono::milliseconds(100);
    job_test.planned = {.index = index, .id = id};
    return job_test;
  }

  void add(Steps steps) { guests_.push_back(std::move(steps)); }
  // For boots that must not be copies; with one there, the others may.
  void add_booted(Steps steps) { booted_.push_back(std::move(steps)); }

  // Runs the job; each boot gets the next guest that was added.
  void run(std::vector<JobTest> tests) {
    input_.machine = model::find_machine(machine_);
    input_.record = {.job = "j", .machine = machine_};
    input_.tests = std::move(tests);
    input_.folder = folder_.path();
    input_.start = [this](const model::Plan& plan,
                          const base::fs::path& boot) -> async::task<base::Result<std::unique_ptr<guest::Guest>>> {
      plans_.push_back(plan);
      if (guests_.empty()) co_return base::fail("no guest left");
      Steps steps = std::move(guests_.front());
      guests_.pop_front();
      co_return guest::start_scripted(loop_.get_executor(), std::move(steps), boot, &orders_);
    };
    if (!booted_.empty())
      input_.boot = [this](const model::Plan&, const base::fs::path& boot) -> async::task<base::Result<std::unique_ptr<guest::Guest>>> {
        if (booted_.empty()) co_return base::fail("no booted guest left");
        Steps steps = std::move(booted_.front());
        booted_.pop_front();
        co_return guest::start_scripted(loop_.get_executor(), std::move(steps), boot, &orders_);
      };
    std::exception_ptr failure;
    async::asio::co_spawn(loop_, run_job(std::move(input_), sink_), [&](std::exception_ptr e) { failure = e; });
    loop_.run_for(std::chrono::seconds(60));
    if (failure) std::rethrow_exception(failure);
  }

  std::string file(const std::string& name) const {
    return base::read_file(folder_.path() / "boot-1" / name).value_or("(none)");
  }

  std::string machine_ = "x86_64";
  JobInput input_;
  RememberingSink sink_;
  guest::Orders orders_;
  std::vector<model::Plan> plans_;
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "job").value();
  async::asio::io_context loop_;
  std::deque<Steps> guests_, booted_;
};

}  // namespace runner
