// SPDX-License-Identifier: Apache-2.0
// The hang ladder on scripted guests: test hung, guest dead, user space stuck, transport dead.
#include <gmock/gmock.h>

#include "runner/fake_job.h"

namespace runner {
namespace {

using namespace std::chrono_literals;
using guest::GuestEnd;
using testing::HasSubstr;
namespace script = guest::script;

class Ladder : public JobTestBase {
 protected:
  // A guest that has begun its only test and printed "ok 1 a" of a plan of 2.
  Steps begun() {
    return {agent_.hello(), agent_.start(0), agent_.output(0, "TAP version 13\n1..2\nok 1 a\n")};
  }
  static void append(Steps& steps, Steps more) {
    for (auto& step : more) steps.push_back(std::move(step));
  }
  Agent agent_;
};

constexpr const char* kWords = "[   10.000000] sysrq: Changing Loglevel\n";

}  // namespace

TEST_F(Ladder, ATestThatHangsIsKilledByTheAgentAndItsTasksAreEvidence) {
  Steps steps = begun();
  append(steps, {script::wait(600ms), agent_.evidence(0, "thread 9\ncomm: cow\nwchan: vmlab_injected\nstatus:\nName: cow\n"),
                 agent_.end(0, 9, channel::TestEnd::Limit::hit)});
  add(std::move(steps));
  input_.limits.kill = 5s;
  run({test("mm/cow", 0)});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 1; mm/cow/(planned case 2) missing 1; mm/cow hang 1");
  EXPECT_THAT(sink_.all.back().evidence, HasSubstr("wchan: vmlab_injected"));
  EXPECT_THAT(sink_.all.back().evidence, Not(HasSubstr("Name: cow")));
  EXPECT_THAT(file("kernel.log"), HasSubstr("-- vmlab: mm/cow: no end within its limit of"));
  EXPECT_EQ(orders_, (guest::Orders{"end"})) << "nobody needs to ask QEMU when the agent answers";
}

TEST_F(Ladder, AGuestThatSaysNothingAnyMoreIsDeadAndThatIsAHang) {
  Steps steps = begun();
  add(std::move(steps));
  input_.dump_on_hang = true;
  run({test("mm/cow", 0)});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 1; mm/cow/(planned case 2) missing 1; mm/cow hang 1");
  EXPECT_THAT(sink_.all.back().reason.value(), HasSubstr("the guest does not answer any more"));
  EXPECT_THAT(orders_, testing::ElementsAre("dump_memory memory.elf", "monitor info registers -a", "type 8 after break",
                                            "type l after break", "inject_nmi", "end"));
  EXPECT_EQ(file("registers.txt"), "info registers -a");
  EXPECT_NE(file("memory.elf"), "(none)");
}

TEST_F(Ladder, ATransportThatDiedIsInfraAndTriedAgain) {
  Steps steps = begun();
  append(steps, {script::obey("type 8"), script::print(kWords), script::obey("type t"),
                 script::print("[   11.0] sysrq: Show State\n[   11.0] task:init            state:S stack:0     pid:1     tgid:1\n")});
  add(std::move(steps));
  Agent second;
  add({second.hello(), second.start(0), second.output(0, "1..1\nok 1 a\n"), second.end(0), second.goodbye(),
       script::end(GuestEnd::Kind::powered_off)});
  run({test("mm/cow", 0)});
  EXPECT_EQ(sink_.text(),
            "mm/cow/a pass 1; mm/cow/(planned case 2) infra 1; mm/cow infra 1; mm/cow/a pass 2");
  EXPECT_THAT(file("sysrq.txt"), HasSubstr("Show State"));
}

TEST_F(Ladder, AKernelThatBlocksTheAgentHangs) {
  Steps steps = begun();
  append(steps, {script::obey("\x0f" "8"), script::print(kWords), script::obey("\x0f" "w"),
                 script::print("[   11.0] sysrq: Show Blocked State\n[   11.0] task:init            state:D stack:0     pid:1     tgid:1\n")});
  add(std::move(steps));
  machine_ = "ppc64-hash4k";
  run({test("mm/cow", 0)});
  EXPECT_THAT(sink_.text(), HasSubstr("mm/cow hang 1"));
  EXPECT_THAT(sink_.all.back().reason.value(), HasSubstr("blocks the agent"));
  EXPECT_THAT(orders_, testing::Contains("type \x0f" "8")) << "hvc has no break";
}

TEST_F(Ladder, ADeadGuestIsNotWaitedForUntilItsTestsTimeIsUp) {
  add(begun());
  JobTest slow = test("mm/cow", 0);
  slow.test.limit = 50s;
  input_.limits.silence = 300ms;
  const auto before = std::chrono::steady_clock::now();
  run({slow});
  EXPECT_LT(std::chrono::steady_clock::now() - before, 20s);
  EXPECT_THAT(sink_.text(), HasSubstr("mm/cow hang 1"));
  EXPECT_THAT(sink_.all.back().reason.value(), HasSubstr("nothing from its guest for"));
}

TEST_F(Ladder, ASilentAgentWhoseKernelAnswersIsGivenItsTime) {
  Steps steps = begun();
  append(steps, {script::obey("type w"), script::print("[   11.0] sysrq: Show Blocked State\n"), script::wait(100ms),
                 agent_.output(0, "ok 2 b\n"), agent_.end(0), agent_.goodbye(), script::end(GuestEnd::Kind::powered_off)});
  add(std::move(steps));
  JobTest slow = test("mm/cow", 0);
  slow.test.limit = 50s;
  input_.limits.silence = 300ms;
  run({slow});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 1; mm/cow/b pass 1");
}

TEST_F(Ladder, ACrashThatOnlyTheConsoleTellsEndsTheWaitAndIsTheVerdict) {
  Steps steps = begun();
  append(steps, {script::print("[    5.000000] kernel BUG at mm/gup.c:100!\n[    5.000000] Oops: invalid opcode: 0000 [#1]\n"),
                 script::wait(600ms)});
  for (int i = 0; i < 300; ++i) append(steps, {script::wait(100ms), agent_.heartbeat()});
  append(steps, {agent_.end(0, 9, channel::TestEnd::Limit::hit)});
  add(std::move(steps));
  JobTest slow = test("mm/cow", 0);
  slow.test.limit = 50s;
  run({slow});
  EXPECT_THAT(sink_.text(), HasSubstr("mm/cow crash 1"));
  EXPECT_THAT(sink_.all.back().reason.value(), HasSubstr("kernel BUG"));
  EXPECT_THAT(file("kernel.log"), HasSubstr("of a crash"));
}

TEST_F(Ladder, WhatKmsgBringsTooIsNotCountedTwice) {
  Steps steps = begun();
  append(steps, {script::print("[    5.000000] WARNING: CPU: 0 PID: 9 at mm/gup.c:100 follow_page+0x1/0x2\n"), script::wait(300ms),
                 agent_.kmsg("4,100,5000000,-;WARNING: CPU: 0 PID: 9 at mm/gup.c:100 follow_page+0x1/0x2\n"),
                 agent_.end(0)});
  add(std::move(steps));
  JobTest slow = test("mm/cow", 0);
  slow.test.limit = 50s;
  run({slow});
  EXPECT_EQ(sink_.all.back().reason.value(), "WARNING in follow_page; 1 of 2 planned cases never reported");
}

}  // namespace runner
