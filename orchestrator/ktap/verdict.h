// SPDX-License-Identifier: Apache-2.0
// The verdict on a whole test, where its cases do not say it all: a pure function of what was read
// and how the process ended. Exit statuses are kselftest's: 0 pass, 1 fail, 2 xfail, 3 xpass, 4
// skip.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ktap/report.h"
#include "ktap/stress_reader.h"

namespace ktap {

struct Reading {
  bool any_structure = false;  // the text speaks a dialect at all
  bool has_plan = false;
  bool closed = false;       // a closing line (totals, summary) was there
  std::size_t reported = 0;  // results of the outermost level
  std::size_t planned = 0;   // meaningless without has_plan
  std::size_t missing = 0;
  std::size_t extra = 0;
  std::size_t bad = 0;
  std::size_t expected_bad = 0;  // cases that said xfail or xpass
  std::size_t lost_failures = 0;
  bool nested_complete = true;
  bool header_only = false;      // the last document is a version line and nothing else
  std::size_t lost_results = 0;  // that the totals count, where there is no plan
  std::optional<std::string> bail;
  std::optional<std::string> skip_all;
  std::optional<std::string> last_skip;
  std::optional<std::string> last_started;
  StressReader::State stress = StressReader::State::none;
  std::string stress_error;
  bool foreign_status = false;  // exit statuses do not have kselftest's meaning
  bool strict_statuses = true;  // 2 and 3 of a program that speaks no dialect are failures
  std::optional<std::string> failed_assertion;
  std::string last_line;  // of the text, printable; the only reason a plain program gives
};

struct TestVerdict {
  bool complete = false;
  bool skipped = false;                   // outcome is to be decided by the table of skip reasons
  std::optional<model::Outcome> outcome;  // nullopt: the cases say it all
  std::optional<std::string> reason;
};

// Programs whose exit status means something else altogether.
bool has_foreign_status(std::string_view test_id);

TestVerdict judge(const Reading& reading, const ProcessEnd& end);

}  // namespace ktap
