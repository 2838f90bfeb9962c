// SPDX-License-Identifier: Apache-2.0
#include "triage/expected.h"

#include <re2/re2.h>

namespace triage {

struct ExpectedSplats::Rule {
  std::unique_ptr<re2::RE2> regex;
  Use use;
};

ExpectedSplats::ExpectedSplats() = default;
ExpectedSplats::~ExpectedSplats() = default;
ExpectedSplats::ExpectedSplats(ExpectedSplats&&) noexcept = default;
ExpectedSplats& ExpectedSplats::operator=(ExpectedSplats&&) noexcept = default;

base::Result<void> ExpectedSplats::announce(const std::string& pattern, std::uint64_t limit) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto regex = std::make_unique<re2::RE2>(pattern, options);
  if (!regex->ok())
    return base::fail("expected splat '" + pattern + "': " + regex->error(),
                      "patterns are RE2 regular expressions");
  if (re2::RE2::PartialMatch("", *regex))
    return base::fail("expected splat '" + pattern + "' matches every report",
                      "name the report's class and function");
  rules_.push_back(Rule{std::move(regex), Use{pattern, limit, 0}});
  return {};
}

bool ExpectedSplats::claim(Report& report) {
  bool known = false;
  for (Rule& rule : rules_) {
    if (!re2::RE2::PartialMatch(report.title, *rule.regex)) continue;
    // Seen once: by the rule that takes it, else by the first that would have.
    if (rule.use.seen < rule.use.limit) {
      ++rule.use.seen;
      report.expected = true;
      return true;
    }
    if (!known) ++rule.use.seen;
    known = true;
  }
  return false;
}

std::vector<ExpectedSplats::Use> ExpectedSplats::uses() const {
  std::vector<Use> all;
  for (const Rule& rule : rules_) all.push_back(rule.use);
  return all;
}

}  // namespace triage
