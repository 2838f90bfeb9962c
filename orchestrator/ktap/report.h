// SPDX-License-Identifier: Apache-2.0
// What the text of one test comes to, as values: its cases, its plan, and how its process ended.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/outcome.h"

namespace ktap {

// One result. Names and reasons are printable text (base::printable); evidence is guest text as it
// came.
struct Case {
  std::string id;  // test id + "/" + case name; the test id alone for a result about the whole test
  std::string name;  // the part after the test id; empty for a result about the whole test
  model::Outcome outcome = model::Outcome::pass;
  std::optional<std::string> reason;
  std::size_t line =
      0;  // 1-based line of the result in the stream; 0: it follows from the stream's end
  std::string evidence;  // the few lines before a result that is not a pass
};

// How the stream came to its end.
struct ProcessEnd {
  enum class Kind {
    exited,  // `value` is the exit status
    signal,  // `value` is the signal number
    limit,   // it was killed because its time was up
    cut,     // the guest or the transport ended under it
    unknown  // only the text is there (`vmlab ktap FILE`)
  };
  Kind kind = Kind::unknown;
  int value = 0;

  static ProcessEnd exited(int status) { return {Kind::exited, status}; }
  static ProcessEnd signalled(int number) { return {Kind::signal, number}; }
  static ProcessEnd limit() { return {Kind::limit, 0}; }
  static ProcessEnd cut() { return {Kind::cut, 0}; }
  static ProcessEnd unknown() { return {Kind::unknown, 0}; }
};

// Values of one metric, as a benchmark printed them.
struct Measured {
  std::string metric;
  std::string unit;
  bool lower_is_better = true;
  std::vector<double> values;  // finite; one a round, in order
};

struct Report {
  std::vector<Case>
      cases;  // in the order of the stream; at most one about the whole test, the last
  std::optional<std::size_t>
      planned;               // of the outermost level; the sum when the text holds several plans
  std::size_t missing = 0;   // planned at the outermost level and never reported
  bool complete = false;     // everything planned was reported and nothing was cut short
  std::size_t reported = 0;  // results of the outermost level
  // Planned there and never reported, unless the program said that it skips the rest. `cases` does
  // not hold them: most have no name, and a plan may claim any number.
  std::size_t lost = 0;
  std::optional<std::string> started;  // name of the first of these, where it had announced itself
  std::vector<std::string>
      notes;  // oddities that decide nothing: totals that disagree, a second plan
  std::vector<Measured> measured;  // of benchmarks
};

// "SIGSEGV" for 11; "signal 77" for one that has no name.
std::string signal_name(int number);

}  // namespace ktap
