// SPDX-License-Identifier: Apache-2.0
// The reading half of Store.
#include <fmt/format.h>

#include <set>

#include "base/text.h"
#include "store/impl.h"
#include "store/owner.h"
#include "store/rows.h"

namespace store {
namespace {

RunState state_of(const std::string& finished_at, const Owner& owner) {
  if (!finished_at.empty()) return RunState::finished;
  return alive(owner) ? RunState::running : RunState::interrupted;
}

constexpr const char* kRunColumns =
    "SELECT run_no, run, scenario, command, started_at, finished_at, owner_pid, owner_start, "
    "owner_boot FROM runs ";

struct RunRow {
  std::int64_t run_no;
  RunSummary summary;
};

RunRow run_row(SQLite::Statement& row) {
  RunRow out{.run_no = row.getColumn(0).getInt64(), .summary = {}};
  int i = 0;
  for (std::string* text : {&out.summary.id, &out.summary.scenario, &out.summary.command,
                            &out.summary.started_at, &out.summary.finished_at})
    *text = row.getColumn(++i).getString();
  out.summary.state = state_of(out.summary.finished_at, {.pid = row.getColumn(6).getInt64(),
                                                         .start = row.getColumn(7).getInt64(),
                                                         .boot = row.getColumn(8).getString()});
  return out;
}

// "last" is 0, "last~N" is N; nullopt for anything else.
std::optional<std::int64_t> steps_back(std::string_view which) {
  if (which == "last") return 0;
  if (!which.starts_with("last~")) return std::nullopt;
  const auto steps = base::parse_int(which.substr(5));
  return steps && *steps >= 0 ? steps : std::nullopt;
}

std::vector<std::string> runs_newest_first(Database& db) {
  SQLite::Statement row(db.raw(), "SELECT run FROM runs ORDER BY run_no DESC");
  std::vector<std::string> out;
  while (row.executeStep()) out.push_back(row.getColumn(0).getString());
  return out;
}

}  // namespace

std::string_view to_string(RunState state) {
  switch (state) {
    case RunState::running:
      return "running";
    case RunState::finished:
      return "finished";
    case RunState::interrupted:
      return "interrupted";
  }
  return "";
}

base::Result<std::string> Store::resolve_run(std::string_view which) const {
  return impl_->db.read("looking for a run", [&]() -> base::Result<std::string> {
    const std::vector<std::string> runs = runs_newest_first(impl_->db);
    if (runs.empty())
      return base::fail(fmt::format("there is no run in {}", impl_->directory.string()),
                        "vmlab run SCENARIO makes one; --results DIR looks elsewhere");
    if (const auto back = steps_back(which)) {
      if (static_cast<std::size_t>(*back) < runs.size())
        return runs[static_cast<std::size_t>(*back)];
      return base::fail(fmt::format("{}: there are only {} runs", which, runs.size()),
                        "vmlab list runs");
    }
    std::vector<std::string> matches;
    for (const std::string& run : runs) {
      if (run == which) return run;
      if (!which.empty() && run.starts_with(which)) matches.push_back(run);
    }
    if (matches.size() == 1) return matches.front();
    const std::string name = base::printable(which);
    if (matches.size() > 1)
      return base::fail(fmt::format("'{}' can mean {} runs", name, matches.size()),
                        fmt::format("say more of it: {} or {}", matches[0], matches[1]));
    const auto close = base::nearest(which, runs);
    return base::fail(fmt::format("there is no run '{}'", name),
                      close ? fmt::format("did you mean {}?", *close)
                            : "vmlab list runs shows them; last and last~N work too");
  });
}

base::Result<LoadedRun> Store::load_run(std::string_view which) const {
  const auto id = resolve_run(which);
  if (!id) return std::unexpected(id.error());
  return impl_->db.read("loading a run", [&] {
    // One snapshot for all tables, also while the run goes on.
    SQLite::Transaction snapshot(impl_->db.raw(), SQLite::TransactionBehavior::DEFERRED);
    SQLite::Statement row(impl_->db.raw(), fmt::format("{} WHERE run = ?", kRunColumns));
    row.bind(1, *id);
    if (!row.executeStep()) impl_->db.damaged(fmt::format("run {} has disappeared from it", *id));
    RunRow found = run_row(row);
    LoadedRun loaded{.run = {}, .state = found.summary.state};
    loaded.run.id = found.summary.id;
    loaded.run.scenario = found.summary.scenario;
    loaded.run.command = found.summary.command;
    loaded.run.started_at = found.summary.started_at;
    loaded.run.finished_at = found.summary.finished_at;
    loaded.run.jobs = read_jobs(impl_->db, found.run_no);
    loaded.run.planned = read_planned(impl_->db, found.run_no);
    loaded.run.results = read_results(impl_->db, found.run_no);
    loaded.run.samples = read_samples(impl_->db, found.run_no);
    check_rows(impl_->db, found.run_no, loaded.run);
    return loaded;
  });
}

std::vector<RunSummary> Store::list_runs(std::size_t limit) const {
  return impl_->db.read("listing runs", [&] {
    std::vector<RunSummary> out;
    SQLite::Statement row(impl_->db.raw(),
                          fmt::format("{} ORDER BY run_no DESC LIMIT ?", kRunColumns));
    row.bind(1, static_cast<std::int64_t>(limit));
    while (row.executeStep()) {
      RunRow run = run_row(row);
      std::set<std::string> machines;
      auto& count = impl_->db.statement(
          "SELECT machine, outcome, count(*) FROM results WHERE run_no = ? GROUP BY 1, 2");
      count.bind(1, run.run_no);
      while (count.executeStep()) {
        machines.insert(count.getColumn(0).getString());
        const auto outcome = model::outcome_from(count.getColumn(1).getString());
        if (!outcome)
          impl_->db.damaged(fmt::format("run {} has an unknown outcome", run.summary.id));
        run.summary.counts.add(*outcome, static_cast<std::size_t>(count.getColumn(2).getInt64()));
      }
      auto& noted = impl_->db.statement("SELECT results FROM runs WHERE run_no = ?");
      noted.bind(1, run.run_no);
      if (noted.executeStep() && !noted.getColumn(0).isNull() &&
          noted.getColumn(0).getInt64() != static_cast<std::int64_t>(run.summary.counts.total()))
        impl_->db.damaged(fmt::format("{} of the {} results of run {} are found", run.summary.counts.total(),
                                      noted.getColumn(0).getInt64(), run.summary.id));
      auto& jobs = impl_->db.statement("SELECT DISTINCT machine FROM jobs WHERE run_no = ?");
      jobs.bind(1, run.run_no);
      while (jobs.executeStep()) machines.insert(jobs.getColumn(0).getString());
      run.summary.machines.assign(machines.begin(), machines.end());
      out.push_back(std::move(run.summary));
    }
    return out;
  });
}

std::vector<Artifact> Store::artifacts(std::string_view run) const {
  return impl_->db.read("listing artefacts", [&] {
    const std::int64_t run_no = impl_->run_no(run);
    auto& row = impl_->db.statement(
        "SELECT job, name, path FROM artifacts WHERE run_no = ? ORDER BY job, name");
    row.bind(1, run_no);
    std::vector<Artifact> out;
    while (row.executeStep())
      out.push_back({.job = row.getColumn(0).getString(),
                     .name = row.getColumn(1).getString(),
                     .path = row.getColumn(2).getString()});
    return out;
  });
}

base::Result<FoundResult> Store::find_result(std::string_view handle) const {
  std::string run;
  impl_->db.read("looking for a result", [&] {
    auto& find = impl_->db.statement(
        "SELECT runs.run FROM results JOIN runs ON runs.run_no = results.run_no WHERE handle = ?");
    find.bind(1, std::string(handle));
    if (find.executeStep()) run = find.getColumn(0).getString();
  });
  if (run.empty())
    return base::fail(fmt::format("there is no result '{}' in {}", base::printable(handle),
                                  impl_->directory.string()),
                      "handles are printed beside results: vmlab report last");
  const auto loaded = load_run(run);
  if (!loaded) return std::unexpected(loaded.error());

  FoundResult found{.run = run,
                    .scenario = loaded->run.scenario,
                    .command = loaded->run.command,
                    .job = {},
                    .result = {},
                    .tests_before = {}};
  for (const model::CaseResult& r : loaded->run.results)
    if (r.handle == handle) found.result = r;
  for (const model::JobRecord& job : loaded->run.jobs)
    if (job.job == found.result.job) found.job = job;
  std::map<int, std::string> before;  // by position
  for (const model::CaseResult& r : loaded->run.results)
    if (r.job == found.result.job && r.attempt == found.result.attempt &&
        r.boot == found.result.boot && r.position < found.result.position &&
        r.test != found.result.test)
      before.emplace(r.position, r.test);
  for (const auto& [position, test] : before) found.tests_before.push_back(test);
  return found;
}

std::optional<std::chrono::milliseconds> Store::expected_duration(std::string_view test,
                                                                  std::string_view machine) const {
  return impl_->db.read("reading durations", [&]() -> std::optional<std::chrono::milliseconds> {
    // Only runs of the test that came to an end of their own say how long it takes.
    auto& find = impl_->db.statement(
        "WITH last AS (SELECT max(duration_ms) AS longest FROM results "
        "WHERE test = (SELECT name_id FROM names WHERE text = ?) AND machine = ? "
        "AND outcome IN ('pass','fail','xfail','xpass','hang') GROUP BY run_no "
        "ORDER BY run_no DESC LIMIT 5) "
        // The median: one run on a busy host must not shape the next ones.
        "SELECT longest FROM last ORDER BY longest LIMIT 1 OFFSET (SELECT count(*) / 2 FROM last)");
    find.bind(1, std::string(test));
    find.bind(2, std::string(machine));
    if (!find.executeStep() || find.getColumn(0).isNull()) return std::nullopt;
    return std::chrono::milliseconds(static_cast<std::int64_t>(find.getColumn(0).getDouble()));
  });
}

void Store::check() const {
  impl_->db.read("checking", [&] {
    SQLite::Statement row(impl_->db.raw(), "PRAGMA integrity_check(1)");
    if (row.executeStep() && row.getColumn(0).getString() != "ok")
      impl_->db.damaged(row.getColumn(0).getString());
  });
  for (const RunSummary& run : list_runs(SIZE_MAX >> 1)) base::value_or_throw(load_run(run.id));
}

std::string Store::schema_text() const {
  return impl_->db.read("reading the schema", [&] {
    SQLite::Statement row(impl_->db.raw(),
                          "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid");
    std::string text = "-- SPDX-License-Identifier: Apache-2.0\n";
    while (row.executeStep()) text += row.getColumn(0).getString() + ";\n";
    return text;
  });
}

}  // namespace store
