// SPDX-License-Identifier: Apache-2.0
#include "campaign/real.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace campaign {
namespace {

Seen wrong(std::string text) { return {.verdict = Seen::Verdict::wrong, .text = std::move(text)}; }

const RealKind& draw_kind(Dice& dice) {
  std::vector<const RealKind*> lots;
  for (const auto& kinds : {process_kinds(), disk_kinds(), store_kinds(), channel_kinds(), guest_kinds()})
    for (const RealKind& kind : kinds) lots.insert(lots.end(), static_cast<std::size_t>(kind.share), &kind);
  return *lots[dice.below(lots.size())];
}

}  // namespace

std::string_view real_kind(std::uint64_t seed, int number) {
  Dice dice(seed, static_cast<std::uint64_t>(number));
  return draw_kind(dice).name;
}

Seen inject_real(const World& world, std::uint64_t seed, Fault& fault, const base::fs::path& folder) {
  Dice dice(seed, static_cast<std::uint64_t>(fault.number));
  const RealKind& kind = draw_kind(dice);
  fault.kind = kind.name;
  return kind.inject(world, dice, fault, folder);
}

Seen finish_hurt(Victim& victim, const Answer& hurt, const Rules& rules) {
  if (!hurt.ended) return wrong("the run did not end");
  // What it had said was done is in the store, whatever became of it.
  const StoredRun before = victim.stored();
  for (const std::string& test : Victim::told_done(hurt.errors))
    if (std::ranges::none_of(before.rows, [&](const auto& row) { return row.test == test && row.outcome != model::Outcome::infra; }))
      return wrong(fmt::format("{} was told to be done and is not in the store", test));
  if (hurt.code == 1) return wrong("the run says something is bad: " + hurt.text());
  if (hurt.code == 2) return wrong("the run says the user is wrong: " + hurt.text());
  // At most so often does a fault that has passed need another try.
  Answer last = hurt;
  for (int i = 0; i < 3; ++i) {
    const StoredRun now = victim.stored();
    const bool finished = now.there && now.state == "finished";
    const bool again = finished && rules.lasting && gave_up(victim.world.truth, now.rows);
    if (finished && !again) break;
    last = again ? victim.resume() : victim.carry_on();
    if (!last.ended) return wrong("the resumed run did not end");
  }
  Seen seen = victim.judge_all(rules);
  if (seen.verdict == Seen::Verdict::wrong && last.code != 0) seen.text += "; the last call: " + last.text();
  if (seen.verdict == Seen::Verdict::right) seen.text += "; the hurt call: " + hurt.text();
  return seen;
}

}  // namespace campaign
