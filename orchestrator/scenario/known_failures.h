// SPDX-License-Identifier: Apache-2.0
// Known failures: reviewed data about tests that fail for a known reason. They are applied when reporting, to
// what the store keeps raw, so editing them never rewrites history. A crash is never waived.
#pragma once
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/file.h"
#include "model/outcome.h"
#include "model/run.h"
#include "model/scenario.h"

namespace scenario {

// A file of its own: `known_failures: [...]`, each entry as in a scenario.
std::expected<std::vector<model::KnownFailure>, base::Diagnostics> load_known_failures(const base::fs::path& path);
std::expected<std::vector<model::KnownFailure>, base::Diagnostics> parse_known_failures(std::string_view text,
                                                                                        const std::string& file);

// The entry names the result's test or case, and its machine. Expiry and outcome are not looked at.
bool concerns(const model::KnownFailure& entry, const model::CaseResult& result);

// `today` and `expires` are YYYY-MM-DD; the day itself still counts.
bool expired(const model::KnownFailure& entry, std::string_view today);

struct Displayed {
  model::Outcome outcome = model::Outcome::missing;
  const model::KnownFailure* because = nullptr;  // the entry that changed it; lives as long as `entries`
};

// What a report shows for a raw result: a fail or hang that an entry names becomes `xfail`, a pass under an
// entry becomes `xpass`; everything else, a crash above all, stays. Expired entries change nothing.
Displayed displayed(const model::CaseResult& result, std::span<const model::KnownFailure> entries,
                    std::string_view today);

// What is wrong with the entries themselves, seen from a run's results.
struct KnownFailureAudit {
  std::vector<const model::KnownFailure*> expired;  // the run may have no use for them; they are listed anyway
  std::vector<const model::KnownFailure*> unused;   // their test ran on their machine, but no case is named so
};
KnownFailureAudit audit(std::span<const model::CaseResult> results, std::span<const model::KnownFailure> entries,
                        std::string_view today);

}  // namespace scenario
