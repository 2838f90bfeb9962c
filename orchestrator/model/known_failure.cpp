// SPDX-License-Identifier: Apache-2.0
#include "model/known_failure.h"

#include <algorithm>

#include "base/text.h"

namespace model {

bool concerns_selftests(const KnownFailure& entry, std::string_view selftests) {
  return entry.selftests.empty() ||
         std::ranges::any_of(entry.selftests, [&](const std::string& glob) {
           return base::glob_match(glob, selftests);
         });
}

bool covers(const KnownFailure& entry, const CaseResult& result, std::string_view selftests) {
  return concerns_selftests(entry, selftests) &&
         base::glob_match(entry.machine.empty() ? "*" : entry.machine, result.machine) &&
         base::glob_match(entry.test, result.id);
}

bool waives(const KnownFailure& entry, Outcome outcome) {
  if (verdict_of(outcome) != Verdict::bad || outcome == Outcome::crash) return false;
  if (entry.outcomes.empty()) return outcome == Outcome::fail || outcome == Outcome::hang;
  return std::ranges::find(entry.outcomes, to_string(outcome)) != entry.outcomes.end();
}

bool expired(const KnownFailure& entry, std::string_view today) {
  return !entry.expires.empty() && entry.expires < today;
}

}  // namespace model
