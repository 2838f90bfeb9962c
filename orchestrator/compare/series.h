// SPDX-License-Identifier: Apache-2.0
// A series tested patch by patch: from the settled outcomes of every step to what each patch broke, changed and
// repaired. Pure. A step without a verdict (the host failed, nothing was built, nobody came so far) never makes a
// finding of its own: what is seen after it lies somewhere between it and the last step that had one.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compare/settle.h"

namespace compare {

// The kernel of one step on one machine.
struct StepBuild {
  enum class State { unknown, good, failed };  // unknown: not reached, or the host failed
  State state = State::unknown;
  std::string reason;                 // of failed: the compiler's first line
  std::vector<std::string> warnings;  // "mm/gup.c:12:3: warning: ..." as the build's log has them
  std::set<std::string> compiled;     // "mm/gup.o": what this build made; incremental ones do not make everything
  friend bool operator==(const StepBuild&, const StepBuild&) = default;
};

struct SeriesStep {
  int number = 0;  // 0: the base; else the place in the series
  std::string id;  // of a commit; empty: a patch
  std::string subject;
  std::string author;
  std::string temporary;            // not meant to stay, and by which rule; empty: meant to stay
  std::vector<std::string> touched;  // files that it changes
  std::string run;                  // in the store; empty: none yet, or none needed
  std::map<std::string, StepBuild> builds;  // by machine
  std::map<std::string, int> same_as;       // machine -> earlier step with the same kernel, whose verdicts hold
  std::optional<Settled> settled;           // of its own run; none where nothing had to run
};

enum class FindingKind {
  build_broken,
  build_repaired,
  new_warning,
  boot_broken,
  boot_repaired,
  broken,         // it was not bad, now it is
  other_failure,  // bad as before, but not in the same way
  repaired,
  stopped,        // it ran and was not bad; now it is unfit or skipped
  started,        // the other way round
  gone,           // it is not reported any more
  bad_before,     // bad at the first step that says anything, and that is not the base: nobody knows since when
  no_verdict,     // the host failed, or nothing has run so far
};
std::string_view to_string(FindingKind kind);

// One thing that changed at one step, for one test on one or more machines.
struct Finding {
  FindingKind kind = FindingKind::broken;
  int step = 0;    // where it was first seen
  int after = -1;  // the last step before it with a verdict of its own; step - 1 unless there is a gap
  std::string test;                    // empty: of builds, boots and warnings
  std::vector<std::string> cases;      // ids; of a test as a whole its own
  std::vector<std::string> machines;
  std::string reason;                  // of one of them: guest or compiler text
  std::string handle;                  // of a result that shows it, if there is one
  std::string rate;                    // "flaky 1/3"; empty: solid, or not run again
  std::optional<int> until;            // of what broke: the step that repaired it
  std::optional<int> again;            // of what broke: the step where the same test was bad before
  bool same_as_then = false;           // and whether it is the same failure
  int since = -1;                      // of repairs: the step that broke it; -1: bad at the base already
  bool temporary = false;              // laid at the door of a patch that is not meant to stay
  bool worse = false;                  // counts against the series
  bool gap() const { return after + 1 < step; }
};

// A cell of the matrix: one test on one machine at one step.
struct SeriesCell {
  model::OutcomeCounts counts;               // empty: nothing is known
  std::map<std::string, std::string> bad;    // case id -> failure signature
  bool built = true;
  friend bool operator==(const SeriesCell& a, const SeriesCell& b) {
    return a.counts.counts == b.counts.counts && a.bad == b.bad && a.built == b.built;
  }
};

// Test and machines for which every step gave the same.
struct SeriesColumn {
  std::string test;
  std::vector<std::string> machines;  // that agree at every step
  std::vector<SeriesCell> cells;      // one a step
  bool varies = false;                // among the steps that have a verdict
};

struct SeriesReport {
  std::vector<SeriesStep> steps;
  std::vector<std::string> machines;
  std::vector<SeriesColumn> columns;  // all, those that vary first
  std::vector<Finding> findings;      // by step, worst first
  std::size_t bad_all_along = 0;      // cases that are bad in the same way from the base to the end
  bool complete = false;              // every step has been tested, or its kernel does not build
  bool ran = false;                   // a test ran at some step
  // 0 nothing worse than the base, temporary patches apart; 1 something is, or no test ran at any step; 3 only the
  // host's trouble.
  int exit_code() const;
};

// `steps` in the order of the series, the base first.
SeriesReport report_series(std::vector<SeriesStep> steps);

// Warnings of a build log and what it compiled, with paths as the tree has them ("../mm/gup.c" is "mm/gup.c").
void read_build_log(std::string_view log, StepBuild& build);
// A warning without its place: the same one after lines have moved.
std::string warning_signature(std::string_view warning);

}  // namespace compare
