// SPDX-License-Identifier: Apache-2.0
// Guests that end in order while the transport lost what they said: no verdict, and another try.
#include <gmock/gmock.h>

#include "runner/fake_job.h"

namespace runner {
namespace {

using namespace std::chrono_literals;
using guest::GuestEnd;
using testing::HasSubstr;
namespace script = guest::script;

class LostWords : public JobTestBase {
 protected:
  Steps begun() { return {agent_.hello(), agent_.start(0), agent_.output(0, "1..2\nok 1 a\n")}; }
  static Steps good() {
    Agent agent;
    return {agent.hello(), agent.start(0), agent.output(0, "1..2\nok 1 a\nok 2 b\n"), agent.end(0), agent.goodbye(),
            script::end(GuestEnd::Kind::powered_off)};
  }
  static JobTest slow() {
    JobTest job = test("mm/cow", 0);
    job.test.limit = 50s;
    return job;
  }
  Agent agent_;
};

constexpr const char* kInfraThenRight = "mm/cow/a pass 1; mm/cow/(planned case 2) infra 1; mm/cow infra 1; mm/cow/a pass 2; mm/cow/b pass 2";

}  // namespace

TEST_F(LostWords, AnAgentThatPowersOffWithoutAWordOfItIsInfra) {
  Steps steps = begun();
  steps.push_back(script::print("[    9.1] vmlab: the agent powers off\n[    9.2] reboot: Power down\n"));
  steps.push_back(script::end(GuestEnd::Kind::powered_off, "the guest powered off"));
  add(std::move(steps));
  add(good());
  run({slow()});
  EXPECT_EQ(sink_.text(), kInfraThenRight);
  EXPECT_THAT(sink_.notes.front(), HasSubstr("its words did not arrive"));
}

TEST_F(LostWords, AnOrderlyEndAfterALongSilenceIsInfra) {
  Steps steps = begun();
  steps.push_back(agent_.heartbeat());
  steps.back().text.resize(9);  // cut inside a frame
  for (const auto& step : {script::wait(1500ms), script::end(GuestEnd::Kind::powered_off, "the guest powered off")})
    steps.push_back(step);
  add(std::move(steps));
  add(good());
  input_.limits.heard = 300ms;
  run({slow()});
  EXPECT_EQ(sink_.text(), kInfraThenRight);
}

TEST_F(LostWords, ATestThatSwitchesTheMachineOffTookItsGuestAlong) {
  Steps steps = begun();
  steps.push_back(script::print("[    9.2] reboot: Power down\n"));
  steps.push_back(script::end(GuestEnd::Kind::powered_off, "the guest powered off"));
  add(std::move(steps));
  input_.limits.heard = 5s;
  run({slow()});
  EXPECT_THAT(sink_.text(), HasSubstr("mm/cow crash 1"));
}

TEST_F(LostWords, AnEndOfATestThatNeverStartedIsABrokenTransport) {
  add({agent_.hello(), agent_.end(0), agent_.goodbye(), script::end(GuestEnd::Kind::powered_off)});
  add(good());
  run({slow()});
  EXPECT_EQ(sink_.text(), "mm/cow/a pass 2; mm/cow/b pass 2");
}

}  // namespace runner
