// SPDX-License-Identifier: Apache-2.0
// The lab's check of the instruction clock, on scripted guests that leave a transcript.
#include "lab/exact_check.h"

#include <gmock/gmock.h>

#include "guest/qemu/port_file.h"
#include "runner/fake_job.h"

namespace lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kGood = "1..1\nok 1 x\n";

class ExactCheckOfAJob : public runner::JobTestBase {
 protected:
  // A guest that runs these tests and leaves `transcript`.
  void guest(std::vector<std::uint32_t> tests, std::string transcript) {
    runner::Agent agent;
    runner::Steps steps{agent.hello()};
    for (const std::uint32_t test : tests) {
      steps.push_back(agent.start(test));
      steps.push_back(agent.output(test, kGood));
      steps.push_back(agent.end(test));
    }
    steps.push_back(agent.goodbye());
    steps.push_back(guest::script::end(guest::GuestEnd::Kind::powered_off));
    guests_.push_back({std::move(steps), std::move(transcript)});
  }
  void lost_guest() {
    guests_.push_back({{runner::Agent().hello(), guest::script::end(guest::GuestEnd::Kind::failed, "killed")}, ""});
  }

  ExactCheck check(std::vector<runner::JobTest> tests, std::set<std::string> again) {
    input_.machine = model::find_machine("x86_64");
    input_.record = {.job = "j", .machine = "x86_64"};
    input_.tests = std::move(tests);
    input_.folder = folder_.path();
    input_.clock = model::Clock::instructions;
    input_.start = [this](const model::Plan& plan, const base::fs::path& boot) -> async::task<base::Result<std::unique_ptr<guest::Guest>>> {
      plans_.push_back(plan);
      if (guests_.empty()) co_return base::fail("no guest left");
      auto [steps, transcript] = std::move(guests_.front());
      guests_.pop_front();
      base::value_or_throw(base::write_file_atomic(boot / guest::kTranscriptFile, transcript));
      co_return guest::start_scripted(loop_.get_executor(), std::move(steps), boot, &orders_);
    };
    ExactCheck out;
    std::exception_ptr failure;
    const auto all = [&]() -> async::task<void> {
      BootsSink first(&sink_);
      co_await runner::run_job(input_, first);
      out = co_await repeat_job(input_, again, first);
    };
    async::asio::co_spawn(loop_, all(), [&](std::exception_ptr e) { failure = e; });
    loop_.run_for(std::chrono::seconds(60));
    if (failure) std::rethrow_exception(failure);
    return out;
  }

  std::deque<std::pair<runner::Steps, std::string>> guests_;
};

}  // namespace

TEST_F(ExactCheckOfAJob, IsContentWhenItsGuestSaysTheSameAgain) {
  guest({0, 1}, "words");
  guest({0, 1}, "words");
  const ExactCheck found = check({test("mm/a", 0), test("mm/b", 1)}, {"mm/a", "mm/b"});
  EXPECT_EQ(found.boots, 1);
  EXPECT_THAT(found.differences, IsEmpty());
  EXPECT_FALSE(found.undone) << *found.undone;
  EXPECT_EQ(plans_[0].text(), plans_[1].text());
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/b/x pass 1") << "the repetition's results are no results";
  EXPECT_FALSE(base::fs::exists(folder_.path() / "again"));
}

TEST_F(ExactCheckOfAJob, TellsWhereItsGuestSaysSomethingElse) {
  guest({0}, "words");
  guest({0}, "other");
  const ExactCheck found = check({test("mm/a", 0)}, {"mm/a"});
  EXPECT_THAT(found.differences, ElementsAre(HasSubstr("boot-1: the agent's words from byte 1 on")));
  EXPECT_TRUE(base::fs::exists(folder_.path() / "again" / "boot-1")) << "what differs is kept";
}

TEST_F(ExactCheckOfAJob, RepeatsTheGuestOfOneTestAmongMany) {
  input_.fresh_guest_per_test = true;
  guest({0}, "a");
  guest({1}, "b");
  guest({1}, "b");
  const ExactCheck found = check({test("mm/a", 0), test("mm/b", 1)}, {"mm/b"});
  EXPECT_EQ(found.boots, 1);
  EXPECT_THAT(found.differences, IsEmpty());
  ASSERT_EQ(plans_.size(), 3u);
  EXPECT_EQ(plans_[1].text(), plans_[2].text());
}

TEST_F(ExactCheckOfAJob, SaysNothingOfAHostThatFails) {
  guest({0}, "words");
  lost_guest();
  guest({0}, "words");
  const ExactCheck found = check({test("mm/a", 0)}, {"mm/a"});
  EXPECT_EQ(found.boots, 0);
  EXPECT_THAT(found.undone.value_or(""), HasSubstr("the host failed"));
}

}  // namespace lab
