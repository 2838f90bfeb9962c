// SPDX-License-Identifier: Apache-2.0
// The mm programs that print results in words of their own, one row each (sources: Linux 6.1
// and 6.12; 7.3 turned all of them to TAP, and the names here are the ones its TAP has, so that ids
// stay):
//
//   khugepaged              "Run test: collapse_full (khugepaged:anon)", steps ending "...
//   OK|Fail|Timeout|Skip".
//                           Its exit status counts failures, so that 4 of them look like a skip.
//   va_high_addr_switch     "mmap(...): 0x7f... - OK|FAILED"
//   hugetlb-read-hwpoison   " ... HugeTLB read HWPOISON
//   test...TEST_PASSED|TEST_FAILED|TEST_SKIPPED" below
//                           "Write/read chunk size=0x800". It exits 0 when everything was skipped.
//   x86's selftests         "[RUN]\tTesting x", then "[OK]\t...", "[FAIL]\t..." or "[SKIP]\t..."
//   protection_keys         "assert() at file::line": exits with the line number, which may look
//   like anything.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ktap/raw_case.h"

namespace ktap {

struct PlainSummary {
  bool any_structure = false;
  bool status_is_foreign = false;  // exit statuses do not have kselftest's meaning
  std::size_t reported = 0;
  std::size_t bad = 0;
  std::optional<std::string> failed_assertion;
};

class PlainReader {
 public:
  explicit PlainReader(CaseSink sink) : sink_(std::move(sink)) {}

  // False when the line is none of these programs'.
  bool line(std::string_view text, std::size_t number);
  bool any_structure() const { return summary_.any_structure; }
  // Ends the case that is open. `ended` says that the program came to its own end.
  PlainSummary finish(bool ended);

 private:
  bool khugepaged(std::string_view text, std::size_t number);
  bool high_address(std::string_view text, std::size_t number);
  bool hwpoison(std::string_view text, std::size_t number);
  bool tagged(std::string_view text, std::size_t number);
  void end_case();
  void report(std::string name, model::Outcome outcome, std::optional<std::string> reason,
              std::size_t number);

  struct OpenCase {
    std::string name;
    std::size_t line = 0;
    std::size_t passed = 0, skipped = 0;
    std::optional<std::string> failure;
  };

  CaseSink sink_;
  PlainSummary summary_;
  std::optional<OpenCase> open_;
  std::string chunk_;
  std::optional<std::string> run_;  // the text behind the last [RUN]
  std::size_t run_line_ = 0;
  bool run_judged_ = false;
};

}  // namespace ktap
