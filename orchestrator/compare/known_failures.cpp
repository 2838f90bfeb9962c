// SPDX-License-Identifier: Apache-2.0
#include "compare/known_failures.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "base/text.h"
#include "model/known_failure.h"

namespace compare {
namespace {

using model::expired;
using model::KnownFailure;
using model::Outcome;
using model::waives;

bool is_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (const std::size_t i : {0, 1, 2, 3, 5, 6, 8, 9})
    if (text[i] < '0' || text[i] > '9') return false;
  return true;
}

bool covers(const KnownFailure& entry, const Case& c) {
  return model::covers(entry, c.result, c.selftests);
}

// Whether the entry could be about a case of this test, though it matched none.
bool concerns(const KnownFailure& entry, const Case& c) {
  const model::CaseResult& result = c.result;
  if (!model::concerns_selftests(entry, c.selftests)) return false;
  if (!base::glob_match(entry.machine.empty() ? "*" : entry.machine, result.machine)) return false;
  const std::string_view literal =
      std::string_view(entry.test).substr(0, entry.test.find_first_of("*?"));
  return literal.starts_with(result.test + "/") || (result.test + "/").starts_with(literal);
}

std::string why_invalid(const KnownFailure& entry) {
  if (!entry.expires.empty() && !is_date(entry.expires))
    return fmt::format("expires '{}' is no date like 2026-12-31", entry.expires);
  for (const std::string& name : entry.outcomes) {
    const auto outcome = model::outcome_from(name);
    if (!outcome) return fmt::format("there is no outcome '{}'", name);
    if (*outcome == Outcome::crash) return "a crash is never waived";
    if (verdict_of(*outcome) != model::Verdict::bad)
      return fmt::format("'{}' needs no waiver", name);
  }
  return {};
}

KnownNote note(KnownNote::Kind kind, const KnownFailure& entry, std::string_view what) {
  const std::string where =
      entry.file.empty() ? "" : fmt::format("{}:{}: ", base::printable(entry.file), entry.line);
  return {
      .kind = kind,
      .entry = entry,
      .message = fmt::format("{}known failure '{}' on '{}' {}", where, base::printable(entry.test),
                             entry.machine.empty() ? "*" : base::printable(entry.machine), what)};
}

// The cases that a known end of the whole test took along are part of that end.
void cover_lost_cases(Settled& run) {
  std::map<TestKey, const Case*> ended;
  for (const Case& c : run.cases)
    if (c.result.id == c.result.test && c.outcome == Outcome::xfail && verdict_of(c.result.outcome) == model::Verdict::bad)
      ended[{c.column, c.result.test}] = &c;
  for (Case& c : run.cases) {
    const auto whole = ended.find({c.column, c.result.test});
    if (whole == ended.end() || c.outcome != Outcome::missing) continue;
    c.outcome = Outcome::xfail;
    c.note = whole->second->note;
  }
}

std::string text_of(const KnownFailure& entry) {
  if (entry.link.empty()) return entry.reason;
  return entry.reason.empty() ? entry.link : entry.reason + " (" + entry.link + ")";
}

}  // namespace

std::vector<KnownNote> apply_known_failures(Settled& run, std::span<const KnownFailure> entries,
                                            std::string_view today) {
  std::vector<KnownNote> notes;
  for (const KnownFailure& entry : entries) {
    const bool here = std::ranges::any_of(run.cases, [&](const Case& c) {
      return concerns(entry, c) || covers(entry, c);
    });
    if (!here) continue;
    if (const std::string why = why_invalid(entry); !why.empty()) {
      notes.push_back(note(KnownNote::Kind::invalid, entry, "is not applied: " + why));
      continue;
    }
    if (expired(entry, today)) {
      notes.push_back(note(KnownNote::Kind::expired, entry, "expired on " + entry.expires));
      continue;
    }
    std::map<std::string, bool> failed;  // by column; present when a case ran
    bool used = false;
    for (Case& c : run.cases) {
      if (!covers(entry, c)) continue;
      // By the raw outcome, so that two entries over one case are both used.
      const bool waived = waives(entry, c.result.outcome);
      if (ran(c.result.outcome) || waived)
        failed[c.column] |= waived || verdict_of(c.result.outcome) == model::Verdict::bad;
      if (!waived) continue;
      used = true;
      c.outcome = Outcome::xfail;
      c.note = text_of(entry);
    }
    // A test that could not run says nothing about its failure being gone.
    const bool had_a_chance = std::ranges::any_of(run.cases, [&](const Case& c) {
      return ran(c.result.outcome) && (concerns(entry, c) || covers(entry, c));
    });
    if (!used && had_a_chance)
      notes.push_back(note(KnownNote::Kind::unused, entry, "matched no failure"));
    for (Case& c : run.cases) {
      const auto column = failed.find(c.column);
      if (column == failed.end() || column->second || !covers(entry, c)) continue;
      if (c.outcome != Outcome::pass) continue;
      c.outcome = Outcome::xpass;
      c.note = text_of(entry);
    }
  }
  cover_lost_cases(run);
  return notes;
}

std::string today_utc() {
  return fmt::format(
      "{:%Y-%m-%d}",
      fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::system_clock::now())));
}

}  // namespace compare
