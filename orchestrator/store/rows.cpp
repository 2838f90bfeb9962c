// SPDX-License-Identifier: Apache-2.0
#include "store/rows.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <limits>

#include "base/hash.h"
#include "store/names.h"

namespace store {
namespace {

// SQLite's integers are signed; a seed keeps its bits.
void bind_seed(SQLite::Statement& to, int index, const std::optional<std::uint64_t>& seed) {
  if (seed)
    to.bind(index, static_cast<std::int64_t>(*seed));
  else
    to.bind(index);
}

std::optional<std::uint64_t> seed_of(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return static_cast<std::uint64_t>(column.getInt64());
}

std::optional<std::string> text_or_null(const SQLite::Column& column) {
  if (column.isNull()) return std::nullopt;
  return column.getString();
}

model::Clock clock_of(const std::string& name) {
  return name == to_string(model::Clock::instructions) ? model::Clock::instructions
                                                       : model::Clock::wall;
}

std::string json_list(const std::vector<std::string>& texts) {
  boost::json::array list;
  for (const std::string& text : texts) list.emplace_back(text);
  return boost::json::serialize(list);
}

std::vector<std::string> list_from(Database& db, const std::string& text) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(text, error);
  if (error || !value.is_array()) db.damaged("a list of texts is no JSON array");
  std::vector<std::string> out;
  for (const auto& item : value.get_array())
    if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

}  // namespace

std::string checksum_of(const model::CaseResult& result) {
  base::Sha256 hash;
  hash.field(result.id).field(result.test).field(result.job).field(result.machine);
  hash.field(to_string(result.outcome)).field(result.reason ? "r" + *result.reason : "");
  hash.field(to_string(result.clock)).field(result.seed ? std::to_string(*result.seed) : "");
  hash.field(
      fmt::format("{} {} {} {}", result.attempt, result.boot, result.position, result.duration_ms));
  hash.field(result.evidence);
  return hash.hex().substr(0, 16);
}

void insert_result(Database& db, std::int64_t run_no, const model::CaseResult& r,
                   const std::string& handle) {
  const std::int64_t id = db.name_id(r.id);
  const std::int64_t test = db.name_id(r.test);
  auto& add = db.statement(
      "INSERT INTO results (run_no, handle, id, test, job, machine, outcome, reason, clock, seed, "
      "attempt, boot, position, duration_ms, evidence, checksum) "
      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  add.bind(1, run_no);
  add.bind(2, handle);
  add.bind(3, id);
  add.bind(4, test);
  add.bind(5, r.job);
  add.bind(6, r.machine);
  add.bind(7, std::string(to_string(r.outcome)));
  if (r.reason)
    add.bind(8, db.name_id(*r.reason));
  else
    add.bind(8);
  add.bind(9, std::string(to_string(r.clock)));
  bind_seed(add, 10, r.seed);
  add.bind(11, r.attempt);
  add.bind(12, r.boot);
  add.bind(13, r.position);
  add.bind(14, r.duration_ms);
  add.bind(15, r.evidence);
  add.bind(16, checksum_of(r));
  add.exec();
}

void insert_job(Database& db, std::int64_t run_no, const model::JobRecord& job) {
  auto& add = db.statement(
      "INSERT INTO jobs VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
      "ON CONFLICT (run_no, job) DO UPDATE SET arch=excluded.arch, machine=excluded.machine, "
      "kernel_source=excluded.kernel_source, kernel_version=excluded.kernel_version, "
      "kernel_key=excluded.kernel_key, kernel_image_sha256=excluded.kernel_image_sha256, "
      "kernel_config_sha256=excluded.kernel_config_sha256, "
      "kernel_compiler=excluded.kernel_compiler, kernel_patches=excluded.kernel_patches, "
      "selftests=excluded.selftests, qemu=excluded.qemu, accel=excluded.accel, "
      "host=excluded.host, boot_ms=excluded.boot_ms, boots=excluded.boots, folder=excluded.folder, "
      "restored=excluded.restored, cold=excluded.cold, fallbacks=excluded.fallbacks, "
      "checked=excluded.checked, differences=excluded.differences");
  int i = 0;
  add.bind(++i, run_no);
  add.bind(++i, bounded_name(job.job));
  for (const std::string* text :
       {&job.arch, &job.machine, &job.kernel.source, &job.kernel.version, &job.kernel.key,
        &job.kernel.image_sha256, &job.kernel.config_sha256, &job.kernel.compiler})
    add.bind(++i, bounded(*text, kReasonLimit));
  add.bind(++i, json_list(job.kernel.patches));
  for (const std::string* text : {&job.selftests, &job.qemu, &job.accel, &job.host})
    add.bind(++i, bounded(*text, kReasonLimit));
  add.bind(++i, job.boot_ms);
  add.bind(++i, job.boots);
  add.bind(++i, job.folder);
  for (const int number : {job.starts.restored, job.starts.cold, job.starts.fallbacks, job.starts.checked})
    add.bind(++i, number);
  add.bind(++i, json_list(job.starts.differences));
  add.exec();
}

void insert_planned(Database& db, std::int64_t run_no, const model::Planned& planned) {
  const std::int64_t test = db.name_id(bounded_name(planned.test));
  auto& add = db.statement(
      "INSERT INTO planned VALUES (?,?,?,?,?,?) ON CONFLICT (run_no, job, test) DO UPDATE SET "
      "machine=excluded.machine, position=excluded.position, unfit=excluded.unfit");
  add.bind(1, run_no);
  add.bind(2, bounded_name(planned.job));
  add.bind(3, planned.machine);
  add.bind(4, test);
  add.bind(5, planned.position);
  if (planned.unfit)
    add.bind(6, bounded(*planned.unfit, kReasonLimit));
  else
    add.bind(6);
  add.exec();
}

void insert_sample(Database& db, std::int64_t run_no, const model::Sample& sample) {
  const std::int64_t metric = db.name_id(bounded_name(sample.metric));
  auto& add = db.statement("INSERT INTO samples VALUES (?,?,?,?,?,?,?,?,?,?)");
  add.bind(1, run_no);
  add.bind(2, metric);
  add.bind(3, bounded_name(sample.job));
  add.bind(4, sample.boot);
  add.bind(5, sample.order);
  add.bind(6, std::string(to_string(sample.clock)));
  bind_seed(add, 7, sample.seed);
  add.bind(8, bounded_name(sample.unit));
  add.bind(9, std::string(sample.lower_is_better ? "lower" : "higher"));
  add.bind(10, sample.value);
  add.exec();
}

void note_rows(Database& db, std::int64_t run_no, std::size_t results_more, std::size_t samples_more) {
  if (results_more + samples_more > 0) {
    auto& add = db.statement("UPDATE runs SET results = results + ?, samples = samples + ? WHERE run_no = ?");
    add.bind(1, static_cast<std::int64_t>(results_more));
    add.bind(2, static_cast<std::int64_t>(samples_more));
    add.bind(3, run_no);
    add.exec();
    return;
  }
  auto& count = db.statement(
      "UPDATE runs SET jobs = (SELECT count(*) FROM jobs WHERE jobs.run_no = runs.run_no), "
      "planned = (SELECT count(*) FROM planned WHERE planned.run_no = runs.run_no) "
      "WHERE run_no = ? AND jobs IS NOT NULL");
  count.bind(1, run_no);
  count.exec();
}

void check_rows(Database& db, std::int64_t run_no, const model::Run& run) {
  auto& row = db.statement("SELECT jobs, planned, results, samples FROM runs WHERE run_no = ?");
  row.bind(1, run_no);
  if (!row.executeStep()) db.damaged(fmt::format("run {} has disappeared from it", run.id));
  const std::pair<const char*, std::size_t> there[] = {{"jobs", run.jobs.size()},
                                                       {"planned tests", run.planned.size()},
                                                       {"results", run.results.size()},
                                                       {"samples", run.samples.size()}};
  for (int i = 0; i < 4; ++i) {
    if (row.getColumn(i).isNull()) continue;
    if (const auto noted = row.getColumn(i).getInt64(); noted != static_cast<std::int64_t>(there[i].second))
      db.damaged(fmt::format("{} of the {} {} of run {} are found", there[i].second, noted, there[i].first, run.id));
  }
}

std::vector<model::CaseResult> read_results(Database& db, std::int64_t run_no) {
  auto& row = db.statement(
      "SELECT handle, i.text, t.text, job, machine, outcome, r.text, clock, seed, attempt, boot, "
      "position, duration_ms, evidence, checksum, reason FROM results "
      "LEFT JOIN names i ON i.name_id = id LEFT JOIN names t ON t.name_id = test "
      "LEFT JOIN names r ON r.name_id = reason WHERE run_no = ? ORDER BY result_no");
  row.bind(1, run_no);
  std::vector<model::CaseResult> out;
  while (row.executeStep()) {
    model::CaseResult r;
    r.handle = row.getColumn(0).getString();
    r.id = row.getColumn(1).getString();
    r.test = row.getColumn(2).getString();
    r.job = row.getColumn(3).getString();
    r.machine = row.getColumn(4).getString();
    const auto outcome = model::outcome_from(row.getColumn(5).getString());
    r.reason = text_or_null(row.getColumn(6));
    r.clock = clock_of(row.getColumn(7).getString());
    r.seed = seed_of(row.getColumn(8));
    r.attempt = row.getColumn(9).getInt();
    r.boot = row.getColumn(10).getInt();
    r.position = row.getColumn(11).getInt();
    r.duration_ms = row.getColumn(12).getDouble();
    r.evidence = row.getColumn(13).getString();
    if (!outcome) db.damaged(fmt::format("result {} has no outcome we know", r.handle));
    r.outcome = *outcome;
    if (row.getColumn(14).getString() != checksum_of(r))
      db.damaged(fmt::format("the row of result {} does not fit its checksum", r.handle));
    out.push_back(std::move(r));
  }
  return out;
}

std::vector<model::JobRecord> read_jobs(Database& db, std::int64_t run_no) {
  auto& row = db.statement("SELECT * FROM jobs WHERE run_no = ? ORDER BY rowid");
  row.bind(1, run_no);
  std::vector<model::JobRecord> out;
  while (row.executeStep()) {
    model::JobRecord job;
    int i = 0;
    for (std::string* text : {&job.job, &job.arch, &job.machine, &job.kernel.source,
                              &job.kernel.version, &job.kernel.key, &job.kernel.image_sha256,
                              &job.kernel.config_sha256, &job.kernel.compiler})
      *text = row.getColumn(++i).getString();
    job.kernel.patches = list_from(db, row.getColumn(++i).getString());
    for (std::string* text : {&job.selftests, &job.qemu, &job.accel, &job.host})
      *text = row.getColumn(++i).getString();
    job.boot_ms = row.getColumn(++i).getDouble();
    job.boots = row.getColumn(++i).getInt();
    job.folder = row.getColumn(++i).getString();
    for (int* number : {&job.starts.restored, &job.starts.cold, &job.starts.fallbacks, &job.starts.checked})
      *number = row.getColumn(++i).getInt();
    job.starts.differences = list_from(db, row.getColumn(++i).getString());
    out.push_back(std::move(job));
  }
  return out;
}

std::vector<model::Planned> read_planned(Database& db, std::int64_t run_no) {
  auto& row = db.statement(
      "SELECT job, machine, t.text, position, unfit FROM planned JOIN names t ON t.name_id = test "
      "WHERE run_no = ? ORDER BY planned.rowid");
  row.bind(1, run_no);
  std::vector<model::Planned> out;
  while (row.executeStep())
    out.push_back({.job = row.getColumn(0).getString(),
                   .machine = row.getColumn(1).getString(),
                   .test = row.getColumn(2).getString(),
                   .position = row.getColumn(3).getInt(),
                   .unfit = text_or_null(row.getColumn(4))});
  return out;
}

std::vector<model::Sample> read_samples(Database& db, std::int64_t run_no) {
  auto& row = db.statement(
      "SELECT m.text, job, boot, ordinal, clock, seed, unit, better, value FROM samples "
      "JOIN names m ON m.name_id = metric WHERE run_no = ? ORDER BY samples.rowid");
  row.bind(1, run_no);
  std::vector<model::Sample> out;
  while (row.executeStep())
    out.push_back({.metric = row.getColumn(0).getString(),
                   .job = row.getColumn(1).getString(),
                   .boot = row.getColumn(2).getInt(),
                   .order = row.getColumn(3).getInt(),
                   .clock = clock_of(row.getColumn(4).getString()),
                   .seed = seed_of(row.getColumn(5)),
                   .unit = row.getColumn(6).getString(),
                   .lower_is_better = row.getColumn(7).getString() != "higher",
                   .value = row.getColumn(8).isNull() ? std::numeric_limits<double>::quiet_NaN()
                                                      : row.getColumn(8).getDouble()});
  return out;
}

}  // namespace store
