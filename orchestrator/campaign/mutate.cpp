// SPDX-License-Identifier: Apache-2.0
#include "campaign/mutate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "campaign/scripted.h"
#include "channel/encoder.h"
#include "wire/wire.h"

namespace campaign {
namespace {

namespace json = boost::json;
namespace script = guest::script;
using guest::GuestEnd;
using guest::ScriptStep;
using namespace std::chrono_literals;

// A frame after the hello. The way to the hello is the guest's boot, and a guest that never says it did not boot.
std::size_t some_frame(Dice& dice, const Steps& steps, json::object& how) {
  const auto frames = frames_of(steps);
  const std::size_t number = 1 + dice.below(frames.size() - 1);
  how["frame"] = number;
  return frames[number];
}

auto at(Steps& steps, std::size_t index) { return steps.begin() + static_cast<std::ptrdiff_t>(index); }

// Leaves the stream at a byte of a frame; what follows is for the caller to add.
void cut_somewhere(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t frame = some_frame(dice, steps, how);
  const std::size_t keep = dice.below(steps[frame].text.size() + 1);
  how["bytes_kept"] = keep;
  steps[frame].text.resize(keep);
  steps.erase(at(steps, frame) + 1, steps.end());
}

void killed(Dice& dice, Steps& steps, json::object& how) {
  cut_somewhere(dice, steps, how);
  steps.push_back(script::end(GuestEnd::Kind::failed, "QEMU ended: killed by signal 9 (Killed)"));
}

// Nothing more comes through, while the guest goes on, finishes its tests and powers off.
void unheard(Dice& dice, Steps& steps, json::object& how) {
  cut_somewhere(dice, steps, how);
  const bool mark = dice.one_in(2);
  how["mark"] = mark;
  // Without the agent's mark its silence must tell: long enough for a loop that a busy host lets run now and then.
  steps.push_back(script::wait(mark ? 5ms : 5 * kLimitHeard));
  if (mark) steps.push_back(script::print("[  200.0] vmlab: the agent powers off\n"));
  steps.push_back(script::end(GuestEnd::Kind::powered_off, "the guest powered off"));
}

// Nothing more comes through; the kernel answers on the console, its agent waits for us in vain.
void deaf(Dice& dice, Steps& steps, json::object& how) {
  cut_somewhere(dice, steps, how);
  for (int i = 0; i < 8; ++i) {
    steps.push_back(script::obey("type"));
    steps.push_back(script::print("[  300.0] sysrq: Show State\n[  300.0] task:init            state:S stack:0     pid:1     tgid:1\n"));
  }
}

void garbled(Dice& dice, Steps& steps, json::object& how) {
  const std::int64_t bits = dice.between(1, 12);
  how["bits"] = bits;
  for (std::int64_t i = 0; i < bits; ++i) {
    std::string& frame = steps[some_frame(dice, steps, how)].text;
    frame[dice.below(frame.size())] ^= static_cast<char>(1u << dice.below(8));
  }
}

void noise(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const std::size_t size = 1 + dice.below(70000);
  how["bytes"] = size;
  steps.insert(at(steps, place), script::say(dice.bytes(size)));
}

void frames_lost(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const std::int64_t count = dice.between(1, 3);
  how["lost"] = count;
  std::int64_t gone = 0;
  for (std::size_t i = place; i < steps.size() && gone < count; ++i)
    if (steps[i].kind == ScriptStep::Kind::say) {
      steps[i].text.clear();
      ++gone;
    }
}

void frame_twice(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  steps.insert(at(steps, place), steps[place]);
}

void out_of_order(Dice& dice, Steps& steps, json::object& how) {
  const auto frames = frames_of(steps);
  if (frames.size() < 4) return frame_twice(dice, steps, how);
  const std::size_t first = 1 + dice.below(frames.size() - 2);
  how["frame"] = first;
  std::swap(steps[frames[first]].text, steps[frames[first + 1]].text);
}

// A length in the header that is not the frame's, with a sum that fits: what a kernel that writes over the agent's
// buffers would send.
void lying_length(Dice& dice, Steps& steps, json::object& how) {
  std::string& frame = steps[some_frame(dice, steps, how)].text;
  static constexpr std::uint32_t kLengths[] = {0, 1, 17, 65536, 65537, 0x7fffffff, 0xffffffff};
  const std::uint32_t length = dice.one_of<std::uint32_t>(kLengths);
  how["length"] = length;
  const auto put = [&](std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) frame[offset + i] = static_cast<char>(value >> (24 - 8 * i));
  };
  put(12, length);
  std::uint32_t sum = wire_crc32(0, frame.data(), 16);
  const std::size_t there = std::min<std::size_t>(frame.size() - WIRE_HEADER_SIZE, length);
  sum = wire_crc32(sum, frame.data() + WIRE_HEADER_SIZE, there);
  put(16, sum);
}

// A good frame that says something else than it should: a payload cut short, bytes behind it, another type.
void nonsense(Dice& dice, Steps& steps, json::object& how) {
  std::string& frame = steps[some_frame(dice, steps, how)].text;
  std::uint32_t sequence = 0;
  for (std::size_t i = 8; i < 12; ++i) sequence = sequence << 8 | static_cast<std::uint8_t>(frame[i]);
  auto type = static_cast<std::uint8_t>(frame[5]);
  std::string payload = frame.substr(WIRE_HEADER_SIZE);
  const std::uint64_t what = dice.below(3);
  how["what"] = what == 0 ? "short" : what == 1 ? "long" : "another type";
  if (what == 0 && !payload.empty()) payload.resize(dice.below(std::min<std::size_t>(payload.size(), 4)));
  else if (what == 1) payload += dice.bytes(1 + dice.below(9));
  else type = static_cast<std::uint8_t>(40 + dice.below(200));
  std::string out(WIRE_HEADER_SIZE + payload.size(), '\0');
  wire_encode(reinterpret_cast<std::uint8_t*>(out.data()), out.size(), type, sequence,
              reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  frame = std::move(out);
}

// The agent dies and init starts it again: a new hello in the middle.
void starts_over(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const ScriptStep hello = steps[frames_of(steps).front()];
  steps.insert(at(steps, place), hello);
}

void in_pieces(Dice& dice, Steps& steps, json::object& how) {
  Steps out;
  const std::size_t piece = 1 + dice.below(40);
  how["bytes_each"] = piece;
  for (const ScriptStep& step : steps) {
    if (step.kind != ScriptStep::Kind::say) {
      out.push_back(step);
      continue;
    }
    for (std::size_t i = 0; i < step.text.size(); i += piece) out.push_back(script::say(step.text.substr(i, piece)));
  }
  steps = std::move(out);
}

// A host so busy that the guest hardly runs, and everything it says comes late.
void slow_host(Dice& dice, Steps& steps, json::object& how) {
  Steps out;
  std::int64_t total = 0;
  for (const ScriptStep& step : steps) {
    if (step.kind == ScriptStep::Kind::say && dice.one_in(3) && total < 2000) {
      const std::int64_t late = dice.between(1, 300);
      total += late;
      out.push_back(script::crowd(dice.between(1, 600) * 1s));
      out.push_back(script::wait(late * 1ms));
    }
    out.push_back(step);
  }
  how["late_ms"] = total;
  steps = std::move(out);
}

// No heartbeat for long, though not for too long.
void quiet_agent(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const std::int64_t quiet = dice.between(300, 2500);
  how["quiet_ms"] = quiet;
  steps.insert(at(steps, place), script::wait(quiet * 1ms));
}

void console_flood(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const std::size_t lines = 1000 + dice.below(60000);
  how["lines"] = lines;
  steps.insert(at(steps, place), {script::print(benign_console(lines, dice)), script::wait(50ms)});
}

void console_noise(Dice& dice, Steps& steps, json::object& how) {
  const std::size_t place = some_frame(dice, steps, how);
  const std::size_t size = 1 + dice.below(std::size_t{1} << 20);
  how["bytes"] = size;
  steps.insert(at(steps, place), {script::print(dice.bytes(size)), script::wait(50ms)});
}

// Megabytes of a test's own output, which its parser must let pass.
void output_flood(Dice& dice, Steps& steps, json::object& how) {
  const auto frames = frames_of(steps);
  const std::size_t place = some_frame(dice, steps, how);
  const std::size_t count = 16 + dice.below(200);
  how["frames"] = count;
  // Kernel records, because those of a test would need its number; all frames behind them get new numbers.
  channel::Encoder encoder;
  encoder.lose(static_cast<std::uint32_t>(std::ranges::find(frames, place) - frames.begin()));
  Steps out(steps.begin(), at(steps, place));
  for (std::size_t i = 0; i < count; ++i)
    out.push_back(script::say(encoder.frame(channel::Log{.level = channel::Log::Level::info, .text = std::string(30000, 'x')})));
  auto sequence = static_cast<std::uint32_t>(std::ranges::find(frames, place) - frames.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t i = place; i < steps.size(); ++i) {
    ScriptStep step = steps[i];
    if (step.kind == ScriptStep::Kind::say) {
      std::string frame(step.text.size(), '\0');
      wire_encode(reinterpret_cast<std::uint8_t*>(frame.data()), frame.size(), static_cast<std::uint8_t>(step.text[5]), sequence++,
                  reinterpret_cast<const std::uint8_t*>(step.text.data()) + WIRE_HEADER_SIZE, step.text.size() - WIRE_HEADER_SIZE);
      step.text = std::move(frame);
    }
    out.push_back(std::move(step));
  }
  steps = std::move(out);
}

constexpr std::array kKinds{
    ScriptedKind{"channel: cut, QEMU killed", 5, false, false, killed},
    ScriptedKind{"channel: unheard until the guest powers off", 4, false, false, unheard},
    ScriptedKind{"channel: silent, kernel answers", 1, false, true, deaf},
    ScriptedKind{"channel: bits flipped", 5, false, false, garbled},
    ScriptedKind{"channel: noise between frames", 4, false, false, noise},
    ScriptedKind{"channel: frames lost", 4, false, false, frames_lost},
    ScriptedKind{"channel: a frame twice", 3, false, false, frame_twice},
    ScriptedKind{"channel: frames out of order", 3, false, false, out_of_order},
    ScriptedKind{"channel: a lying length", 3, false, false, lying_length},
    ScriptedKind{"channel: nonsense in a good frame", 3, false, false, nonsense},
    ScriptedKind{"channel: the agent starts over", 2, false, false, starts_over},
    ScriptedKind{"delay: frames in pieces", 2, true, false, in_pieces},
    ScriptedKind{"delay: a host that is too busy", 2, true, false, slow_host},
    ScriptedKind{"delay: an agent that is quiet", 2, true, false, quiet_agent},
    ScriptedKind{"flood: console", 2, true, false, console_flood},
    ScriptedKind{"flood: noise on the console", 2, true, false, console_noise},
    ScriptedKind{"flood: agent", 2, true, false, output_flood},
    ScriptedKind{"host: the guest does not start", 2, false, false, nullptr},
};

}  // namespace

std::span<const ScriptedKind> scripted_kinds() { return kKinds; }

std::vector<std::size_t> frames_of(const Steps& steps) {
  std::vector<std::size_t> frames;
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i].kind == ScriptStep::Kind::say) frames.push_back(i);
  return frames;
}

}  // namespace campaign
