// SPDX-License-Identifier: Apache-2.0
// uffd-unit-tests before it spoke TAP (Linux 6.3 to 6.12): "Testing X on Y... done", "failed
// [reason: ...]" or "skipped [reason: ...]", then "Userfaults unit tests: pass=, skip=, fail=
// (total=)". The case names are the ones the TAP of newer kernels has: "minor on shmem".
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ktap/raw_case.h"

namespace ktap {

struct UffdSummary {
  bool any_structure = false;
  std::size_t reported = 0;
  std::size_t bad = 0;
  std::optional<std::size_t> total;       // of the closing line
  std::size_t lost_failures = 0;          // failures the closing line counts and no line reported
  std::optional<std::string> unfinished;  // "Testing X... " without an end
};

class UffdReader {
 public:
  explicit UffdReader(CaseSink sink) : sink_(std::move(sink)) {}

  // False when the line is none of this dialect's.
  bool line(std::string_view text, std::size_t number);
  bool any_structure() const { return summary_.any_structure; }
  // What follows belongs to somebody else: an open case was never reported.
  void end_pending();
  UffdSummary finish() const;

 private:
  bool end_of_case(std::string_view text, std::size_t number);

  CaseSink sink_;
  UffdSummary summary_;
  std::optional<std::string> pending_;
  std::size_t pending_line_ = 0;
};

}  // namespace ktap
