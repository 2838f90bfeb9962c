// SPDX-License-Identifier: Apache-2.0
// Faults on the real program with real guests: a table, one row a kind.
#pragma once
#include <span>
#include <string_view>

#include "campaign/dice.h"
#include "campaign/victim.h"

namespace campaign {

struct RealKind {
  std::string_view name;
  int share;
  Seen (*inject)(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder);
};

// By what is hurt.
std::span<const RealKind> process_kinds();
std::span<const RealKind> disk_kinds();
std::span<const RealKind> store_kinds();
std::span<const RealKind> channel_kinds();
std::span<const RealKind> guest_kinds();

std::string_view real_kind(std::uint64_t seed, int number);

// Draws real fault `number` of the campaign with this seed, injects it and judges.
Seen inject_real(const World& world, std::uint64_t seed, Fault& fault, const base::fs::path& folder);

// What all of them do in the end: the rest is run and everything judged, with what the first call said before it was
// hurt held against the store. `refused` is what the hurt call may have answered.
Seen finish_hurt(Victim& victim, const Answer& hurt, const Rules& rules = {});

}  // namespace campaign
