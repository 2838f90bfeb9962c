// SPDX-License-Identifier: Apache-2.0
#include "model/outcome.h"

#include <numeric>

namespace model {
namespace {

struct Row {
  Outcome outcome;
  std::string_view name;
  Verdict verdict;
  int rank;
};

// In enum order; the static_assert below keeps it so.
constexpr std::array<Row, kOutcomeCount> kRows{{
    {Outcome::pass, "pass", Verdict::good, 8},
    {Outcome::fail, "fail", Verdict::bad, 2},
    {Outcome::crash, "crash", Verdict::bad, 0},
    {Outcome::hang, "hang", Verdict::bad, 1},
    {Outcome::xfail, "xfail", Verdict::good, 9},
    {Outcome::xpass, "xpass", Verdict::news, 7},
    {Outcome::skip, "skip", Verdict::neutral, 11},
    {Outcome::unfit, "unfit", Verdict::neutral, 10},
    {Outcome::missing, "missing", Verdict::bad, 6},
    {Outcome::build_fail, "build_fail", Verdict::bad, 4},
    {Outcome::boot_fail, "boot_fail", Verdict::bad, 3},
    {Outcome::infra, "infra", Verdict::none, 5},
}};

constexpr bool in_enum_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (static_cast<std::size_t>(kRows[i].outcome) != i) return false;
  return true;
}
static_assert(in_enum_order());

constexpr std::array<Outcome, kOutcomeCount> kAll = [] {
  std::array<Outcome, kOutcomeCount> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kRows[i].outcome;
  return all;
}();

const Row& row(Outcome outcome) { return kRows[static_cast<std::size_t>(outcome)]; }

}  // namespace

std::string_view to_string(Outcome outcome) { return row(outcome).name; }

std::optional<Outcome> outcome_from(std::string_view name) {
  for (const Row& r : kRows)
    if (r.name == name) return r.outcome;
  return std::nullopt;
}

std::span<const Outcome> all_outcomes() { return kAll; }
Verdict verdict_of(Outcome outcome) { return row(outcome).verdict; }
int merge_rank(Outcome outcome) { return row(outcome).rank; }

void OutcomeCounts::add(const OutcomeCounts& other) {
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
}

std::size_t OutcomeCounts::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

std::optional<Outcome> OutcomeCounts::merged() const {
  std::optional<Outcome> best;
  for (const Outcome outcome : kAll)
    if (of(outcome) > 0 && (!best || merge_rank(outcome) < merge_rank(*best))) best = outcome;
  return best;
}

bool OutcomeCounts::any_bad() const {
  for (const Outcome outcome : kAll)
    if (of(outcome) > 0 && verdict_of(outcome) == Verdict::bad) return true;
  return false;
}

}  // namespace model
