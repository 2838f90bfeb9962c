// SPDX-License-Identifier: Apache-2.0
#include "scenario/known_failures.h"

#include <algorithm>

#include "base/text.h"

namespace scenario {
namespace {

using model::CaseResult;
using model::KnownFailure;
using model::Outcome;

bool waives(const KnownFailure& entry, Outcome outcome) {
  if (outcome == Outcome::crash) return false;
  if (entry.outcomes.empty()) return outcome == Outcome::fail || outcome == Outcome::hang;
  return std::ranges::find(entry.outcomes, model::to_string(outcome)) != entry.outcomes.end();
}

// Whether the entry speaks about a case of the result's test, by the part of its pattern before a wildcard.
bool about_test_of(const KnownFailure& entry, const CaseResult& result) {
  if (!base::glob_match(entry.machine, result.machine)) return false;
  const std::string literal = entry.test.substr(0, entry.test.find_first_of("*?"));
  return literal.starts_with(result.test + "/") || literal == result.test;
}

}  // namespace

bool concerns(const KnownFailure& entry, const CaseResult& result) {
  return base::glob_match(entry.machine, result.machine) &&
         (base::glob_match(entry.test, result.id) || base::glob_match(entry.test, result.test));
}

bool expired(const KnownFailure& entry, std::string_view today) { return entry.expires < today; }

Displayed displayed(const CaseResult& result, std::span<const KnownFailure> entries, std::string_view today) {
  if (result.outcome == Outcome::crash) return {result.outcome};
  for (const KnownFailure& entry : entries) {
    if (expired(entry, today) || !concerns(entry, result)) continue;
    if (waives(entry, result.outcome)) return {Outcome::xfail, &entry};
    if (result.outcome == Outcome::pass) return {Outcome::xpass, &entry};
  }
  return {result.outcome};
}

KnownFailureAudit audit(std::span<const CaseResult> results, std::span<const KnownFailure> entries,
                        std::string_view today) {
  KnownFailureAudit found;
  for (const KnownFailure& entry : entries) {
    if (expired(entry, today)) {
      found.expired.push_back(&entry);
      continue;
    }
    const bool ran = std::ranges::any_of(results, [&](const CaseResult& r) { return about_test_of(entry, r); });
    const bool used = std::ranges::any_of(results, [&](const CaseResult& r) { return concerns(entry, r); });
    if (ran && !used) found.unused.push_back(&entry);
  }
  return found;
}

}  // namespace scenario
