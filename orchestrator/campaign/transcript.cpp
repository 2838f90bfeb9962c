// SPDX-License-Identifier: Apache-2.0
#include "campaign/transcript.h"

#include <fmt/format.h>

#include "channel/encoder.h"

namespace campaign {
namespace {

using channel::TestEnd;
namespace script = guest::script;
using namespace std::chrono_literals;

// Frames without meaning behind the goodbye; a real agent sends as many as its port's ring has slots, and more.
constexpr int kPads = 4;

class Player {
 public:
  void say(const channel::Message& message) { steps.push_back(script::say(encoder_.frame(message))); }
  void output(std::uint32_t test, std::string text) { say(channel::Output{.test = test, .data = std::move(text)}); }
  void end(std::uint32_t test, std::uint32_t code, TestEnd::Limit limit = TestEnd::Limit::in_time) {
    say(TestEnd{.test = test, .code = code, .limit = limit, .duration_ns = 1'000'000});
  }
  // As the agent forwards it and the console prints it.
  void log(std::uint64_t microseconds, const std::string& text) {
    say(channel::Kmsg{.records = fmt::format("4,{},{},-;{}\n", ++records_, microseconds, text)});
    steps.push_back(script::print(fmt::format("[{:>5}.{:06}] {}\n", microseconds / 1'000'000, microseconds % 1'000'000, text)));
  }

  // False when the guest does not outlive it.
  bool tell(Story story, std::uint32_t test) {
    const std::uint64_t now = 2'000'000 + 1'000'000 * std::uint64_t{test};
    say(channel::Setup{.test = test, .ok = true, .text = "nothing needed"});
    say(channel::TestStart{.test = test, .now_ns = now * 1000});
    switch (story) {
      case Story::passes:
        output(test, "TAP version 13\n1..3\nok 1 first\n");
        log(now, "vmtest: page migration went well");
        say(channel::Heartbeat{.now_ns = now * 1000, .test = test});
        output(test, "ok 2 second\nok 3 third\n");
        end(test, 0);
        return true;
      case Story::fails:
        output(test, "TAP version 13\n1..3\nok 1 first\nnot ok 2 second\n");
        output(test, "ok 3 third\n");
        end(test, 1);
        return true;
      case Story::skips:
        output(test, "TAP version 13\n1..2\nok 1 first # SKIP no huge pages\nok 2 second # SKIP no huge pages\n");
        end(test, 4);
        return true;
      case Story::crashes:
        output(test, "TAP version 13\n1..2\nok 1 first\n");
        log(now, "WARNING: CPU: 0 PID: 77 at mm/gup.c:100 follow_page+0x1/0x2");
        output(test, "ok 2 second\n");
        end(test, 0);
        return true;
      case Story::dies:
        output(test, "TAP version 13\n1..2\nok 1 first\n");
        steps.push_back(script::print("[    9.000000] Kernel panic - not syncing: Fatal exception\n"));
        steps.push_back(script::end(guest::GuestEnd::Kind::reset, "the guest reset itself (guest-reset)"));
        return false;
      case Story::hangs:
        output(test, "TAP version 13\n1..2\nok 1 first\n");
        // The test sleeps; its agent's heart goes on beating, which is how a gap before it is noticed.
        for (int i = 0; i < 5; ++i) {
          say(channel::Heartbeat{.now_ns = now * 1000, .test = test});
          steps.push_back(script::wait(100ms));
        }
        steps.push_back(script::hear("VMLB"));  // the only order there is: kill it
        say(channel::Evidence{.test = test, .name = "tasks", .text = "thread 9\nwchan: vmtest\n"});
        end(test, 9, TestEnd::Limit::hit);
        return true;
      case Story::mute:
        end(test, 0);
        return true;
    }
    return true;
  }

  // As guest-tools/agent/main.c: goodbye, what pushes it out of the guest, a mark on the console, power off.
  void leave(std::uint32_t tests_run) {
    say(channel::Goodbye{.reason = "done", .tests_run = tests_run});
    for (int i = 0; i < kPads; ++i) steps.push_back(script::say(encoder_.pad()));
    steps.push_back(script::print("[  100.000000] vmlab: the agent powers off\n[  100.100000] reboot: Power down\n"));
    steps.push_back(script::end(guest::GuestEnd::Kind::powered_off, "the guest powered off"));
  }

  Steps steps;

 private:
  channel::Encoder encoder_;
  int records_ = 0;
};

}  // namespace

std::vector<Story> draw_stories(Dice& dice) {
  // Good tests are the most common ones, and those whose verdicts a fault must not turn bad.
  static constexpr Story kStories[] = {Story::passes, Story::passes, Story::passes, Story::passes, Story::fails,
                                       Story::skips,  Story::crashes, Story::dies,  Story::hangs,  Story::mute};
  std::vector<Story> stories;
  const std::int64_t count = dice.between(2, 4);
  for (std::int64_t i = 0; i < count; ++i) stories.push_back(dice.one_of<Story>(kStories));
  return stories;
}

std::vector<runner::JobTest> tests_of(const std::vector<Story>& stories, std::chrono::milliseconds limit) {
  std::vector<runner::JobTest> tests;
  for (std::size_t i = 0; i < stories.size(); ++i) {
    runner::JobTest test;
    test.test.id = fmt::format("mm/test-{}", i);
    test.test.limit = stories[i] == Story::hangs ? kHangLimit : limit;
    test.planned = {.index = static_cast<int>(i), .id = test.test.id};
    tests.push_back(std::move(test));
  }
  return tests;
}

Steps play(const std::vector<Story>& stories, const model::Plan& plan) {
  Player player;
  player.steps.push_back(script::print("[    0.000000] Linux version 6.12.0\n"));
  player.say(channel::Hello{.protocol = 1, .build = "scripted", .word_bits = 64, .page_size = 4096, .release = "6.12.0"});
  player.say(channel::Facts{.text = "thp=yes\n"});
  for (const model::PlannedTest& test : plan.tests)
    if (!player.tell(stories[static_cast<std::size_t>(test.index)], static_cast<std::uint32_t>(test.index)))
      return std::move(player.steps);
  player.leave(static_cast<std::uint32_t>(plan.tests.size()));
  return std::move(player.steps);
}

std::string benign_console(std::size_t lines, Dice& dice) {
  static constexpr std::string_view kSubjects[] = {"pci 0000:00:1f.2", "ata1", "EXT4-fs (vda)", "usb 1-1", "random", "virtio_blk virtio0"};
  static constexpr std::string_view kWords[] = {"link is up", "mounted filesystem", "reset high-speed device", "crng init done", "flow control off"};
  std::string text;
  for (std::size_t i = 0; i < lines; ++i)
    text += fmt::format("[{:>5}.{:06}] {}: {} {}\n", 10 + i / 1000, i % 1000 * 1000, dice.one_of<std::string_view>(kSubjects),
                        dice.one_of<std::string_view>(kWords), dice.below(100000));
  return text;
}

}  // namespace campaign
