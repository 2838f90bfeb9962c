// SPDX-License-Identifier: Apache-2.0
// Faults of the store: a damaged database, a damaged log, damaged notes beside it. Never a wrong word: the report is
// what it was, or it is refused with a hint.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "campaign/damage.h"
#include "campaign/real.h"

namespace campaign {
namespace {

using Verdict = Seen::Verdict;

Seen wrong(std::string text) { return {.verdict = Verdict::wrong, .text = std::move(text)}; }

bool refused(const Answer& answer) {
  return answer.ended && answer.code == 3 && (answer.errors.contains("damaged") || answer.errors.contains("try:"));
}

Seen database_damaged(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  base::fs::copy(world.finished, victim.results, base::fs::copy_options::recursive | base::fs::copy_options::overwrite_existing);
  if (auto done = damage(victim.results / "results.db", dice, fault.how); !done) return wrong(done.error().text());
  const StoredRun report = victim.stored();
  Seen seen;
  if (report.there) {
    if (report.answer.output == world.finished_report) seen = {.verdict = Verdict::right, .text = "the report is the same"};
    else seen = wrong("another report: " + report.answer.text());
  } else if (refused(report.answer)) {
    seen = {.verdict = Verdict::refused, .text = report.answer.text()};
  } else if (fault.how["damage"] == "made empty" && report.answer.errors.contains("there is no run")) {
    seen = {.verdict = Verdict::refused, .text = "an empty file is a new store"};
  } else {
    seen = wrong("neither the report nor a refusal: " + report.answer.text());
  }
  seen.left_behind = victim.left_behind();
  if (!seen.left_behind.empty()) seen.verdict = Verdict::wrong;
  return seen;
}

// The log of a killed run: what was in its damaged part may be gone, which is why the run is gone on with.
Seen log_damaged(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  base::fs::copy(world.cut_short, victim.results, base::fs::copy_options::recursive | base::fs::copy_options::overwrite_existing);
  std::error_code none;
  if (base::fs::file_size(victim.results / "results.db-wal", none) == 0 || none)
    return {.verdict = Verdict::skipped, .text = "the killed run left no log"};
  if (auto done = damage(victim.results / "results.db-wal", dice, fault.how); !done) return wrong(done.error().text());
  const StoredRun report = victim.stored();
  for (const model::CaseResult& row : report.rows)
    if (std::ranges::none_of(world.cut_short_rows, [&](const auto& known) {
          return known.id == row.id && known.outcome == row.outcome && known.attempt == row.attempt;
        }))
      return wrong("a row that was never written: " + row.id);
  if (report.there && report.state == "finished") return wrong("a run that was killed is called finished");
  if (report.there && report.answer.code == 0) return wrong("a run that was killed is called good");
  if (!report.there && !refused(report.answer) && !report.answer.errors.contains("there is no run"))
    return wrong("neither a report nor a refusal: " + report.answer.text());
  if (!report.there) return {.verdict = Verdict::refused, .text = report.answer.text(), .left_behind = victim.left_behind()};
  return {.verdict = Verdict::right, .text = fmt::format("{} of {} rows", report.rows.size(), world.cut_short_rows.size())};
}

// request.json and built.txt decide whether a run may go on.
Seen note_damaged(const World& world, Dice& dice, Fault& fault, const base::fs::path& folder) {
  Victim victim(world, folder, fault.number);
  base::fs::copy(world.cut_short, victim.results, base::fs::copy_options::recursive | base::fs::copy_options::overwrite_existing);
  const std::string name = dice.one_in(3) ? "built.txt" : "request.json";
  std::error_code error;
  for (const auto& run : base::fs::directory_iterator(victim.results / "runs", error))
    if (auto done = damage(run.path() / name, dice, fault.how); !done) return wrong(done.error().text());
  const Answer answer = victim.call({"run", "--resume", "last", "--results", victim.results.string(), "--jobs", "1"});
  if (!answer.ended) return wrong("it did not end");
  if (answer.code == 2 || answer.code == 3) {
    const StoredRun report = victim.stored();
    if (report.rows.size() != world.cut_short_rows.size()) return wrong("refused, and rows are gone: " + answer.text());
    return {.verdict = Verdict::refused, .text = answer.text(), .left_behind = victim.left_behind()};
  }
  return finish_hurt(victim, answer);
}

constexpr std::array kKinds{
    RealKind{"store: database damaged", 30, database_damaged},
    RealKind{"store: log damaged", 12, log_damaged},
    RealKind{"store: a run's notes damaged", 4, note_damaged},
};

}  // namespace

std::span<const RealKind> store_kinds() { return kKinds; }

}  // namespace campaign
