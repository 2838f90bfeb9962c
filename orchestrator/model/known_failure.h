// SPDX-License-Identifier: Apache-2.0
// Which results a known failure is about, and which of them it waives. One place for the report, which applies the
// entries, and for the lab, which does not run again what is known.
#pragma once
#include <string_view>

#include "model/run.h"
#include "model/scenario.h"

namespace model {

// `selftests`: JobRecord::selftests of the job that the result is of.
bool covers(const KnownFailure& entry, const CaseResult& result, std::string_view selftests);
bool concerns_selftests(const KnownFailure& entry, std::string_view selftests);
// `outcome` is raw. A crash is never waived, nor is anything that is not bad.
bool waives(const KnownFailure& entry, Outcome outcome);
// `today` is YYYY-MM-DD; an entry holds through its day of expiry.
bool expired(const KnownFailure& entry, std::string_view today);

}  // namespace model
