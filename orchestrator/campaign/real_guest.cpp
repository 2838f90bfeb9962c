// SPDX-License-Identifier: Apache-2.0
// Faults that a real guest makes of itself, by a test among innocent ones (scenarios/patches/hurting-test.patch): it
// takes all memory there is, or floods what we listen to. That test has its own verdict, the others have theirs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/value.hpp>

#include "campaign/real.h"

namespace campaign {
namespace {

using model::Outcome;

constexpr const char* kTest = "mm/hurt";
constexpr std::string_view kSmall = "768M";  // with 512M the kernel leaves huge pages off
constexpr std::uint64_t kFlood = std::uint64_t{16} << 20;

struct Way {
  std::string_view name;  // as vmlab_hurt takes it
  Outcome outcome;        // of the test as a whole; pass: both its cases pass
};

// The OOM killer takes the test itself, unless there is nothing it may kill; children it takes are the test's affair.
constexpr std::array kHungry{
    Way{"anonymous", Outcome::fail}, Way{"locked", Outcome::fail},   Way{"shared", Outcome::fail},     Way{"files", Outcome::fail},
    Way{"pool", Outcome::fail},      Way{"children", Outcome::pass}, Way{"protected", Outcome::crash},
};

std::string scenario(const World& world, std::string_view way, std::uint64_t bytes, std::string_view memory) {
  return fmt::format(
      "name: hurt-guest\nmachines: [x86_64]\nisolation: suite\nretries: 0\nguest: {{memory: {}}}\n"
      "selftests: {{source: \"debian:6.12\", patches: [\"{}\"]}}\ntests:\n  - run: madv_populate\n"
      "  - {{id: {}, run: vmlab_hurt {} {}, limit: 60m}}\n"
      "  - run: mkdirty\n",
      memory, world.hurting_test.string(), kTest, way, bytes);
}

Truth truth_with(const World& world, Outcome outcome) {
  Truth truth;
  for (const char* test : {"mm/madv_populate", "mm/mkdirty"}) truth[test] = world.truth.at(test);
  auto& rows = truth[kTest];
  const std::string test = kTest;
  rows = {{test + "/before", Outcome::pass}};
  if (outcome == Outcome::pass) {
    rows.insert(rows.begin(), {test + "/after", Outcome::pass});
  } else {
    rows.emplace_back(test + "/(planned case 2)", Outcome::missing);
    rows.emplace_back(test, outcome);
  }
  std::ranges::sort(rows);
  return truth;
}

Seen hurt_guest(const World& world, Fault& fault, const base::fs::path& folder, const Way& way, std::uint64_t bytes,
                std::string_view memory) {
  Victim victim(world, folder, fault.number);
  fault.how["way"] = way.name;
  base::value_or_throw(base::write_file_atomic(victim.folder / "hurt-guest.yaml", scenario(world, way.name, bytes, memory)));
  victim.scenario = victim.folder / "hurt-guest.yaml";
  Running run = victim.start_run();
  const Answer answer = run.wait(std::chrono::minutes(60));
  if (!answer.ended) return {.verdict = Seen::Verdict::wrong, .text = "the run did not end"};
  const int code = way.outcome == Outcome::pass ? 0 : 1;
  if (answer.code != code)
    return {.verdict = Seen::Verdict::wrong, .text = fmt::format("{} instead of exit code {}", answer.text(), code)};
  Seen seen = victim.judge_all(truth_with(world, way.outcome), code, {.no_infra = true});
  std::uint64_t printed = 0;
  std::error_code none;
  for (base::fs::recursive_directory_iterator it(victim.results, none), end; !none && it != end; it.increment(none))
    if (it->path().filename() == "console.log") printed += it->file_size();
  seen.figures["console_bytes"] = printed;
  return seen;
}

Seen memory_exhausted(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  return hurt_guest(world, fault, folder, dice.one_of<Way>(kHungry), 0, kSmall);
}

Seen guest_floods(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  static constexpr Way kWays[] = {{"console", Outcome::pass}, {"console", Outcome::pass}, {"kmsg", Outcome::pass}, {"output", Outcome::pass}};
  const Way way = dice.one_of<Way>(kWays);
  Seen seen = hurt_guest(world, fault, folder, way, kFlood, "1G");
  fault.how["bytes"] = kFlood;
  const std::uint64_t printed = seen.figures.contains("console_bytes") ? seen.figures["console_bytes"].as_uint64() : 0;
  if (seen.verdict == Seen::Verdict::right && way.name != "output" && printed < kFlood)
    return {.verdict = Seen::Verdict::wrong, .text = fmt::format("the console has {} bytes of {}", printed, kFlood)};
  return seen;
}

constexpr std::array kKinds{
    RealKind{"guest: all memory taken", 6, memory_exhausted},
    RealKind{"flood: 16 MB from a real guest", 2, guest_floods},
};

}  // namespace

std::span<const RealKind> guest_kinds() { return kKinds; }

}  // namespace campaign
