// SPDX-License-Identifier: Apache-2.0
#include "campaign/judge.h"

#include <fmt/format.h>

#include <algorithm>

namespace campaign {
namespace {

using model::CaseResult;
using model::Outcome;
using Rows = std::vector<std::pair<std::string, Outcome>>;

std::string row_text(const std::pair<std::string, Outcome>& row) {
  return fmt::format("{} {}", row.first, model::to_string(row.second));
}

// The first row that one has and the other has not; both are sorted.
std::string difference(const Rows& truth, const Rows& seen) {
  Rows more, less;
  std::ranges::set_difference(seen, truth, std::back_inserter(more));
  std::ranges::set_difference(truth, seen, std::back_inserter(less));
  std::string text;
  if (!more.empty()) text += row_text(more.front());
  if (!less.empty()) text += (text.empty() ? "" : ", ") + std::string("not ") + row_text(less.front());
  return text;
}

bool has_infra(const Rows& rows) {
  return std::ranges::any_of(rows, [](const auto& row) { return row.second == Outcome::infra; });
}

Seen wrong(std::string text) { return {.verdict = Seen::Verdict::wrong, .text = std::move(text)}; }

}  // namespace

Truth truth_of(std::span<const CaseResult> results) {
  Truth truth;
  for (const CaseResult& result : results) truth[result.test].emplace_back(result.id, result.outcome);
  for (auto& [test, rows] : truth) std::ranges::sort(rows);
  return truth;
}

bool gave_up(const Truth& truth, std::span<const CaseResult> results) {
  return std::ranges::any_of(truth, [&](const auto& test) {
    std::map<int, bool> attempts;  // whether the host took it
    for (const CaseResult& result : results)
      if (result.test == test.first) attempts[result.attempt] |= result.outcome == Outcome::infra;
    return std::ranges::all_of(attempts, [](const auto& attempt) { return attempt.second; });
  });
}

Seen judge(const Truth& truth, std::span<const CaseResult> results, const Rules& rules) {
  std::map<std::string, std::map<int, Rows>> attempts;
  for (const CaseResult& result : results) attempts[result.test][result.attempt].emplace_back(result.id, result.outcome);
  for (const auto& [test, rows] : attempts)
    if (!truth.contains(test)) return wrong("there is no test " + test);

  int given_up = 0, tried_again = 0;
  for (const auto& [test, expected] : truth) {
    const auto found = attempts.find(test);
    if (found == attempts.end()) return wrong(test + " was never reported");
    int sound = 0;
    for (auto& [attempt, rows] : found->second) {
      std::ranges::sort(rows);
      if (has_infra(rows)) {
        ++tried_again;
        Rows claims;
        std::ranges::copy_if(rows, std::back_inserter(claims), [](const auto& row) { return row.second != Outcome::infra; });
        if (!std::ranges::includes(expected, claims))
          return wrong(fmt::format("{} attempt {} is infra and yet claims {}", test, attempt, difference(expected, claims)));
        continue;
      }
      const bool crashed = std::ranges::any_of(rows, [](const auto& row) { return row.second == Outcome::crash; });
      // A guest that dies takes along what was on its way: fewer rows then, the same verdict.
      const bool dies = crashed && std::ranges::includes(expected, rows);
      if (rows != expected && !dies && !(crashed && rules.may_crash.contains(test)))
        return wrong(fmt::format("{} attempt {} says {}", test, attempt, difference(expected, rows)));
      ++sound;
    }
    if (sound > 1) return wrong(test + " came to a verdict twice");
    if (sound == 0) ++given_up;
  }
  if (given_up > 0 && rules.must_recover) return wrong(fmt::format("{} tests were given up although the fault passed", given_up));
  if (tried_again > 0 && rules.no_infra) return wrong("infra, although nothing was lost");
  if (given_up > 0) return {.verdict = Seen::Verdict::infra, .text = fmt::format("{} of {} tests given up", given_up, truth.size())};
  return {.verdict = Seen::Verdict::right, .text = tried_again > 0 ? fmt::format("{} attempts infra, then right", tried_again) : "as undisturbed"};
}

}  // namespace campaign
