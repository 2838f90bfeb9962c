// SPDX-License-Identifier: Apache-2.0
// Whole jobs on scripted guests: retries after the host's trouble, reruns of bad results, runs that go on.
#include <gmock/gmock.h>

#include "runner/fake_job.h"

namespace runner {
namespace {

using guest::GuestEnd;
namespace script = guest::script;

// A guest that runs `texts`, one test each, ends them with exit status 0 and powers off.
Steps good_guest(const std::vector<std::pair<std::uint32_t, std::string>>& texts) {
  Agent agent;
  Steps steps{agent.hello()};
  for (const auto& [index, text] : texts) {
    steps.push_back(agent.start(index));
    steps.push_back(agent.output(index, text));
    steps.push_back(agent.end(index, text.find("not ok") != std::string::npos ? 1 : 0));
  }
  steps.push_back(agent.goodbye());
  steps.push_back(script::end(GuestEnd::Kind::powered_off));
  return steps;
}

// A copy of a frozen guest in which one test runs.
Steps copy(std::uint32_t index, const std::string& text) {
  Agent agent;
  Steps steps{script::before(agent.hello().text), agent.start(index), agent.output(index, text),
              agent.end(index, text.find("not ok") != std::string::npos ? 1 : 0)};
  return steps;
}

Steps lost_guest() { return {Agent().hello(), script::end(GuestEnd::Kind::failed, "QEMU was killed")}; }

constexpr const char* kGood = "1..1\nok 1 x\n";
constexpr const char* kBad = "1..1\nnot ok 1 x\n";

class Job : public JobTestBase {};

}  // namespace

TEST_F(Job, GoodTestsRunOnceInOneGuest) {
  add(good_guest({{0, kGood}, {1, kGood}}));
  input_.reruns.retries = 2;
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/b/x pass 1");
  EXPECT_EQ(sink_.boots, 1);
}

TEST_F(Job, ABadResultIsRunAgainInGuestsOfItsOwnAndEveryAttemptIsKept) {
  add(good_guest({{0, kBad}, {1, kGood}}));
  add(good_guest({{0, kBad}}));
  add(good_guest({{0, kGood}}));
  input_.reruns.retries = 2;
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.text(), "mm/a/x fail 1; mm/b/x pass 1; mm/a/x fail 2; mm/a/x pass 3");
  ASSERT_EQ(plans_.size(), 3u);
  EXPECT_EQ(plans_[1].tests.size(), 1u) << "alone, so that nothing before it can be the cause";
  EXPECT_EQ(plans_[1].tests[0].index, 0);
}

TEST_F(Job, KnownFailuresAndExpectedOnesAreNotRunAgain) {
  add(good_guest({{0, kBad}, {1, kBad}}));
  input_.reruns.retries = 2;
  input_.reruns.today = "2026-11-21";
  input_.reruns.known = {{.test = "mm/a*", .machine = "*", .reason = "known", .expires = "2026-11-21"}};
  input_.reruns.expects = {{.test = "mm/b", .outcome = "fail"}};
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.text(), "mm/a/x fail 1; mm/b/x fail 1");
}

TEST_F(Job, AnExpiredKnownFailureIsRunAgain) {
  add(good_guest({{0, kBad}}));
  add(good_guest({{0, kBad}}));
  input_.reruns.retries = 1;
  input_.reruns.today = "2026-11-22";
  input_.reruns.known = {{.test = "mm/a*", .machine = "*", .reason = "known", .expires = "2026-11-21"}};
  run({test("mm/a", 0)});
  EXPECT_EQ(sink_.text(), "mm/a/x fail 1; mm/a/x fail 2");
}

TEST_F(Job, TheHostsTroubleIsTriedAgainAndThenGivenUp) {
  for (int i = 0; i < 3; ++i) add(lost_guest());
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.boots, 3);
  EXPECT_EQ(sink_.text(), "mm/a infra 3; mm/b infra 1");
  EXPECT_EQ(sink_.notes.size(), 2u);
}

TEST_F(Job, ATestThatTheHostInterruptedHasItsVerdictFromTheNextAttempt) {
  Agent agent;
  add({agent.hello(), agent.start(0), agent.output(0, "1..2\nok 1 x\n"), script::wait(std::chrono::milliseconds(50)),
       script::end(GuestEnd::Kind::failed, "QEMU was killed")});
  add(good_guest({{0, kGood}, {1, kGood}}));
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/a/(planned case 2) infra 1; mm/a infra 1; mm/a/x pass 2; mm/b/x pass 1");
}

TEST_F(Job, AStallInAGuestThatHardlyGotToRunIsTheHostsAndAnotherTryDecides) {
  const std::string stall = "4,1,5000000,-;watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cow:77]\n";
  const auto told = [&](std::chrono::milliseconds crowded) {
    Agent agent;
    const auto wait = script::wait(std::chrono::milliseconds(300));
    const auto crowd = script::crowd(crowded);
    add({agent.hello(), agent.start(0), script::wait(std::chrono::milliseconds(20)), crowd, wait, crowd, wait, crowd, wait, agent.kmsg(stall), agent.output(0, kGood), agent.end(0), agent.goodbye(),
         script::end(GuestEnd::Kind::powered_off)});
  };
  input_.limits.starved = std::chrono::milliseconds(200);
  input_.reruns.retries = 0;
  auto patient = test("mm/a", 0);
  patient.test.limit = std::chrono::seconds(20);
  told(std::chrono::seconds(1));
  told(std::chrono::milliseconds(0));  // and one on a host that had time for it
  run({patient});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/a infra 1; mm/a/x pass 2; mm/a crash 2");
}

TEST_F(Job, AShareOfTheTestsThatRanInACopyIsCheckedInABootedGuest) {
  input_.fresh_guest_per_test = true;
  add(copy(0, kGood));
  add(copy(1, kGood));
  add_booted(good_guest({{1, kGood}}));
  JobTest checked = test("mm/b", 1);
  checked.cross_check = true;
  run({test("mm/a", 0), checked});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/b/x pass 1; mm/b/x pass 2");
  EXPECT_THAT(sink_.checked, testing::ElementsAre("mm/b: same"));
}

TEST_F(Job, ABadResultOfACopyIsFirstRunAgainInABootedGuest) {
  input_.fresh_guest_per_test = true;
  input_.reruns.retries = 2;
  add(copy(0, kBad));
  add_booted(good_guest({{0, kGood}}));
  add(copy(0, kBad));
  run({test("mm/a", 0)});
  EXPECT_EQ(sink_.text(), "mm/a/x fail 1; mm/a/x pass 2; mm/a/x fail 3");
  EXPECT_THAT(sink_.checked, testing::ElementsAre("mm/a: mm/a/x: fail in a copy, pass in a booted guest"));
}

TEST_F(Job, WhatRanInABootedGuestNeedsNoCheck) {
  input_.fresh_guest_per_test = true;
  add(good_guest({{0, kGood}}));
  add_booted(good_guest({{0, kGood}}));
  JobTest checked = test("mm/a", 0);
  checked.cross_check = true;
  run({checked});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1");
  EXPECT_TRUE(sink_.checked.empty());
}

TEST_F(Job, ARunThatGoesOnOwesOnlyWhatIsLeft) {
  add(good_guest({{1, kGood}}));
  add(good_guest({{0, kBad}}));
  input_.reruns.retries = 2;
  JobTest rerun = test("mm/a", 0), second = test("mm/b", 1);
  rerun.only_reruns = 1;
  rerun.first_attempt = 3;
  second.first_attempt = 2;
  run({rerun, second});
  EXPECT_EQ(sink_.text(), "mm/b/x pass 2; mm/a/x fail 3");
}

TEST_F(Job, AGuestThatDiesUnderATestCrashedAndTheNextTestGoesOn) {
  Agent agent;
  add({agent.hello(), agent.start(0), agent.output(0, "1..2\nok 1 x\n"),
       script::print("[    3.000000] Kernel panic - not syncing: Fatal exception\n"), script::end(GuestEnd::Kind::reset, "reset")});
  add(good_guest({{1, kGood}}));
  run({test("mm/a", 0), test("mm/b", 1)});
  EXPECT_EQ(sink_.text(), "mm/a/x pass 1; mm/a/(planned case 2) missing 1; mm/a crash 1; mm/b/x pass 1");
}

TEST_F(Job, AnnouncedSplatsAreNoCrashUpToTheirNumber) {
  const std::string one = "4,1,5000000,-;WARNING: CPU: 0 PID: 9 at mm/memory-failure.c:1 me+0x1/0x2\n";
  Agent agent;
  Steps steps{agent.hello(), agent.start(0), agent.output(0, kGood), agent.kmsg(one), agent.end(0), agent.start(1),
              agent.output(1, kGood), agent.kmsg("4,2,6000000,-;WARNING: CPU: 0 PID: 9 at mm/memory-failure.c:1 me+0x1/0x2\n"),
              agent.kmsg("4,3,7000000,-;WARNING: CPU: 0 PID: 9 at mm/memory-failure.c:2 you+0x1/0x2\n"), agent.end(1)};
  add(std::move(steps));
  JobTest any = test("mm/a", 0), once = test("mm/b", 1);
  any.test.expected_log = once.test.expected_log = {"WARNING: * at mm/memory-failure.c*"};
  once.test.expected_log_counts = {{once.test.expected_log[0], 1}};
  run({any, once});
  EXPECT_EQ(sink_.text(),
            "mm/a/x pass 1; mm/a/kernel lines 'WARNING: * at mm/memory-failure.c*' pass 1; mm/b/x pass 1; mm/b crash 1; "
            "mm/b/kernel lines 'WARNING: * at mm/memory-failure.c*' fail 1");
}

TEST_F(Job, AWarningWhileTheKernelBootsIsTheBootsAndNoTests) {
  Agent agent;
  add({agent.hello(), agent.kmsg("4,1,100,-;WARNING: CPU: 1 PID: 0 at arch/x86/kernel/smpboot.c:343 topology_sane+0x8/0x10\n"),
       agent.kmsg("4,2,110,-;---[ end trace 0000000000000000 ]---\n"), agent.start(0), agent.output(0, "1..1\nok 1 a\n"), agent.end(0),
       agent.start(1), agent.output(1, "1..1\nok 1 b\n"), agent.end(1), agent.goodbye(), script::end(GuestEnd::Kind::powered_off)});
  run({test("mm/cow", 0), test("mm/ksm", 1)});
  EXPECT_EQ(sink_.text(), "boot/WARNING in topology_sane crash 1; mm/cow/a pass 1; mm/ksm/b pass 1");
  EXPECT_EQ(sink_.boots, 1) << "the next guest would boot no better";
}

TEST_F(Job, AGuestThatRanOutOfMemoryIsNotTrustedWithTheNextTest) {
  Agent first;
  add({first.hello(), first.start(0), first.output(0, "1..1\nok 1 a\n"),
       first.kmsg("3,1,5000000,-;Out of memory: Killed process 77 (cow) total-vm:512kB, anon-rss:400kB\n"), first.end(0)});
  Agent second;
  add({second.hello(), second.start(1), second.output(1, "1..1\nok 1 b\n"), second.end(1), second.goodbye(),
       script::end(GuestEnd::Kind::powered_off)});
  run({test("mm/cow", 0), test("mm/ksm", 1)});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 1; mm/ksm/b pass 1");
  EXPECT_EQ(sink_.boots, 2);
}

TEST_F(Job, ACgroupOutOfMemoryIsItsTestsOwnAffair) {
  Agent agent;
  add({agent.hello(), agent.start(0), agent.output(0, "1..1\nok 1 a\n"),
       agent.kmsg("3,1,5000000,-;Memory cgroup out of memory: Killed process 77 (cow) total-vm:512kB\n"), agent.end(0),
       agent.start(1), agent.output(1, "1..1\nok 1 b\n"), agent.end(1), agent.goodbye(),
       script::end(GuestEnd::Kind::powered_off)});
  run({test("mm/cow", 0), test("mm/ksm", 1)});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 1; mm/ksm/b pass 1");
  EXPECT_EQ(sink_.boots, 1);
}

}  // namespace runner
