// SPDX-License-Identifier: Apache-2.0
// What scripted guests do when nothing is wrong with the host: each test has a story, and a guest plays those of the
// tests in its plan, one frame a step.
#pragma once
#include <string>
#include <vector>

#include "campaign/dice.h"
#include "guest/scripted/scripted_guest.h"
#include "model/plan.h"
#include "runner/job.h"

namespace campaign {

enum class Story {
  passes,   // three cases
  fails,    // one of its cases
  skips,    // all of them
  crashes,  // a WARNING while it runs; the guest lives on
  dies,     // a panic takes the guest along
  hangs,    // until the agent kills it
  mute,     // ends without a word
};

using Steps = std::vector<guest::ScriptStep>;

// Long enough that a busy host cannot matter; a test that hangs does so whatever its limit.
inline constexpr std::chrono::milliseconds kTestLimit{120'000}, kHangLimit{400};

std::vector<Story> draw_stories(Dice& dice);
// `limit`: of the tests that do not hang.
std::vector<runner::JobTest> tests_of(const std::vector<Story>& stories,
                                      std::chrono::milliseconds limit = kTestLimit);

// One boot: hello, every test of the plan, goodbye, power off. Tests are found by their index. It says what a real agent
// would: heartbeats while a test sleeps, pads behind the goodbye and a mark on the console before the power goes, because
// they are what lost frames are noticed by.
Steps play(const std::vector<Story>& stories, const model::Plan& plan);

// What a console prints that speaks to nobody: `lines` benign kernel lines.
std::string benign_console(std::size_t lines, Dice& dice);

}  // namespace campaign
