// SPDX-License-Identifier: Apache-2.0
// Known failures, applied when reporting: reviewed entries turn a failure that is known into
// `xfail`, and a pass under such an entry into `xpass`. A crash is never waived, nor is infra: it
// decides nothing anyway.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compare/settle.h"
#include "model/scenario.h"

namespace compare {

struct KnownNote {
  enum class Kind {
    unused,   // names a test that ran here, and nothing it covers failed
    expired,  // not applied any more
    invalid,  // asks for an outcome that cannot be waived, or has no readable date
  };
  Kind kind = Kind::unused;
  model::KnownFailure entry;
  std::string message;  // "file:line: known failure 'mm/x' on 'arm64' expired on 2026-01-01"
};

// Changes the outcomes in `run`. An entry covers `fail` and `hang` unless it lists outcomes. A pass
// becomes xpass when the entry covers ran cases of that column and none of them failed: of an entry
// for many cases, those that pass beside failing ones are no news. `today` is YYYY-MM-DD; an entry
// holds through its day of expiry. Entries for tests and machines that are not in this run are not
// mentioned.
std::vector<KnownNote> apply_known_failures(Settled& run,
                                            std::span<const model::KnownFailure> entries,
                                            std::string_view today);

// UTC, YYYY-MM-DD.
std::string today_utc();

}  // namespace compare
