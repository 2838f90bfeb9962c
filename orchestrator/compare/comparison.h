// SPDX-License-Identifier: Apache-2.0
// Two runs, case by case: what is new, gone, fixed, broken or different. Cases pair by column and
// id, so the runs may be of different kernels and selftests; names are stable across machines and
// versions.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compare/settle.h"

namespace compare {

enum class Transition {
  broken,      // it was not bad, now it is
  gone,        // the second run neither planned nor reported it
  stopped,     // it ran and was not bad; now it is unfit or skipped
  different,   // bad both times, but not in the same way
  new_bad,     // not in the first run; bad
  fixed,       // it was bad, now it runs and is not
  appeared,    // not in the first run; not bad
  started,     // it was unfit or skipped; now it runs and is not bad
  excused,     // it was bad; now it is unfit or skipped
  no_verdict,  // infra on either side
  still_bad,   // bad in the same way
  unchanged,
};
std::string_view to_string(Transition transition);
// In the order in which a reader wants them, worst first.
std::vector<Transition> all_transitions();
// Counts against the second run: broken, gone, stopped, different, new_bad.
bool worse(Transition transition);

struct Change {
  Transition transition = Transition::unchanged;
  std::string column;
  std::string test;
  std::string id;
  std::optional<Case> before;
  std::optional<Case> after;
};

struct Comparison {
  std::string before;  // run ids
  std::string after;
  std::vector<std::string> columns_gone;  // machines of the first run that the second does not have
  std::vector<std::string> columns_new;
  std::vector<Change> changes;  // all cases, in the order of the runs; also the unchanged
  std::size_t of(Transition transition) const;
  bool any_worse() const;
};

// What two failures must share to be one: the outcome and the reason with its numbers and addresses
// masked.
std::string failure_signature(const Case& c);

// Apply known failures to both sides first, if at all. A case that is absent counts as present when
// its test is `missing`, build_fail, boot_fail, crash or hang there: then it has that outcome. So it is
// with a test that as a whole was unfit or skipped on one side: its cases started or stopped.
Comparison compare_runs(const Settled& before, const Settled& after);

}  // namespace compare
