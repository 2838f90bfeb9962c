// SPDX-License-Identifier: Apache-2.0
// What became of a test case, what that means for a run, and how several outcomes merge into one.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace model {

enum class Outcome {
  pass,        // ran and passed
  fail,        // ran and failed
  crash,       // the kernel oopsed, BUGged, panicked or WARNed outside the expected list while it ran
  hang,        // no end within its limit
  xfail,       // failed as the test, or a known-failure entry, said it would
  xpass,       // passed although it was said to fail
  skip,        // a SKIP whose reason the reviewed table calls inherent
  unfit,       // every other SKIP, and every unmet need
  missing,     // planned, never reported
  build_fail,  // the kernel did not build
  boot_fail,   // the kernel did not reach the agent
  infra,       // the host, QEMU or the transport failed
};
inline constexpr std::size_t kOutcomeCount = 12;

enum class Verdict { good, bad, news, neutral, none };

std::string_view to_string(Outcome outcome);
std::optional<Outcome> outcome_from(std::string_view name);
std::span<const Outcome> all_outcomes();

Verdict verdict_of(Outcome outcome);

// crash > hang > fail > boot_fail > build_fail > infra > missing > xpass > pass > xfail > unfit > skip.
// Lower rank wins a merge.
int merge_rank(Outcome outcome);

// Several outcomes seen as one (a test from its cases, a cell from its attempts); every count is kept.
struct OutcomeCounts {
  std::array<std::size_t, kOutcomeCount> counts{};

  void add(Outcome outcome, std::size_t n = 1) { counts[static_cast<std::size_t>(outcome)] += n; }
  void add(const OutcomeCounts& other);
  std::size_t of(Outcome outcome) const { return counts[static_cast<std::size_t>(outcome)]; }
  std::size_t total() const;
  // The outcome with the best merge rank among those seen; nullopt when nothing was added.
  std::optional<Outcome> merged() const;
  bool any_bad() const;
};

}  // namespace model
