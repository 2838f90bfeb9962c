// SPDX-License-Identifier: Apache-2.0
// The failure that a bisection is after, and whether a run shows it. Another failure of the same test is not this one.
#pragma once
#include <string>
#include <vector>

#include "compare/settle.h"

namespace compare {

struct SoughtFailure {
  std::string column, test, id;
  std::string signature;  // failure_signature()
  std::string text;       // one line for people
  model::Outcome outcome = model::Outcome::fail;
};

// The bad cases of `bad` whose test or id matches `glob` (empty: all), without those that are bad in the same way in
// `good`. Empty: nothing failed there that does not fail here.
std::vector<SoughtFailure> sought_failures(const Settled& bad, const Settled* good, const std::string& glob);

struct Sighting {
  enum class Kind {
    seen,       // at least one of them, with its signature
    not_seen,   // all of them ran and were not bad
    unclear,    // neither: it did not build, boot or run, or failed in another way
    no_verdict  // the host failed
  };
  Kind kind = Kind::unclear;
  std::string text;  // one line for people
};
Sighting look_for(const std::vector<SoughtFailure>& sought, const Settled& run);

}  // namespace compare
