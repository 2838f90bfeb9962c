// SPDX-License-Identifier: Apache-2.0
// Expected splats: a test may announce reports it causes (hwpoison, OOM, injected faults). Bounded:
// what goes beyond the announced number is news like any other report.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "triage/report.h"

namespace triage {

class ExpectedSplats {
 public:
  ExpectedSplats();
  ~ExpectedSplats();
  ExpectedSplats(ExpectedSplats&&) noexcept;
  ExpectedSplats& operator=(ExpectedSplats&&) noexcept;

  // `pattern` is an RE2, searched in the title; at most `limit` reports may match it. A pattern
  // that does not compile, or that matches every title, is an error.
  base::Result<void> announce(const std::string& pattern, std::uint64_t limit = 1);

  // Counts the report against the first announcement that matches and has room; sets
  // report.expected.
  bool claim(Report& report);

  struct Use {
    std::string pattern;
    std::uint64_t limit = 0;
    std::uint64_t seen = 0;  // matched, the ones beyond the limit included
  };
  std::vector<Use> uses() const;

 private:
  struct Rule;
  std::vector<Rule> rules_;
};

}  // namespace triage
