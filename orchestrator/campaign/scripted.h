// SPDX-License-Identifier: Apache-2.0
// Faults on scripted guests: whole jobs through runner::run_job into a real store, milliseconds each.
#pragma once
#include "campaign/fault.h"
#include "campaign/judge.h"
#include "campaign/transcript.h"

namespace campaign {

// What fault `number` of the campaign with this seed is about.
std::string_view scripted_kind(std::uint64_t seed, int number);

// Draws fault `number` of the campaign with this seed, injects it and judges. `folder` is fresh and stays the
// caller's to remove.
Seen inject_scripted(std::uint64_t seed, Fault& fault, const base::fs::path& folder);

inline constexpr std::string_view kBulkFlood = "flood: console, in bulk";

// A guest whose console prints `bytes` while its test runs, in a process of its own that says how much memory it
// took at most. Wrong when that was more than `most_kib`.
Seen inject_console_flood(std::uint64_t seed, Fault& fault, const base::fs::path& folder, std::uint64_t bytes,
                          std::uint64_t most_kib);

// A job keeps a window of its console; the sanitizers multiply what it takes.
inline constexpr std::uint64_t kMostMemoryKib = 1'000'000;

// How one job went, as its store has it.
struct JobSeen {
  std::vector<model::CaseResult> stored;
  std::vector<model::CaseResult> told;  // what the runner was told had been committed
  bool ended = false;                   // within minutes of real time
  std::string failure;                  // an exception left the job
};
using MakeSteps = std::function<base::Result<Steps>(const model::Plan& plan, int boot)>;
// How long an agent is not called silent (runner::Limits::heard) in these jobs.
inline constexpr std::chrono::milliseconds kLimitHeard{800};
// A job of `stories` whose guests play what `make` gives for each boot, counted from 1.
JobSeen run_scripted(const std::vector<Story>& stories, const MakeSteps& make, const base::fs::path& folder,
                     bool short_limits = false);

}  // namespace campaign
