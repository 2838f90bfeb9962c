// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <fmt/format.h>

#include <cmath>
#include <random>

#include "store/impl.h"
#include "store/names.h"
#include "store/owner.h"
#include "store/rows.h"

namespace store {
namespace {

model::CaseResult with_bounds(const model::CaseResult& result) {
  model::CaseResult r = result;
  r.id = bounded_name(r.id);
  r.test = bounded_name(r.test);
  r.job = bounded_name(r.job);
  r.machine = bounded_name(r.machine);
  if (r.reason) r.reason = bounded(*r.reason, kReasonLimit);
  r.evidence = bounded(r.evidence, kEvidenceLimit);
  if (!std::isfinite(r.duration_ms)) r.duration_ms = 0;
  return r;
}

// The shortest start of the result's digits, six at least, that nobody has.
std::string free_handle(Database& db, std::string_view run, const model::CaseResult& result) {
  for (std::uint64_t ordinal = 0;; ++ordinal) {
    const std::string digits = handle_digits(run, result, ordinal);
    for (std::size_t length = 6; length <= digits.size(); ++length) {
      auto& taken = db.statement("SELECT 1 FROM results WHERE handle = ?");
      taken.bind(1, digits.substr(0, length));
      if (!taken.executeStep()) return digits.substr(0, length);
    }
  }
}

void bind_owner(SQLite::Statement& to, int index, const Owner& owner) {
  to.bind(index, owner.pid);
  to.bind(index + 1, owner.start);
  to.bind(index + 2, owner.boot);
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store Store::open(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error)
    throw base::InfraError(fmt::format("cannot create the results directory {}: {}",
                                       directory.string(), error.message()),
                           "choose another place with --results DIR");
  return Store(std::make_unique<Impl>(directory));
}

const std::filesystem::path& Store::directory() const { return impl_->directory; }

std::filesystem::path Store::run_directory(std::string_view run) const {
  return impl_->directory / "runs" / run;
}

std::int64_t Store::Impl::run_no(std::string_view run) {
  auto& find = db.statement("SELECT run_no FROM runs WHERE run = ?");
  find.bind(1, std::string(run));
  if (!find.executeStep()) db.damaged(fmt::format("run {} has disappeared from it", run));
  return find.getColumn(0).getInt64();
}

std::string Store::begin_run(const model::Run& meta) {
  const Owner owner = this_process();
  std::random_device random;
  std::string id = meta.id;
  impl_->db.write("beginning a run", [&] {
    const auto now = std::chrono::system_clock::now();
    auto& add = impl_->db.statement(
        "INSERT INTO runs (run, scenario, command, started_at, finished_at, owner_pid, "
        "owner_start, "
        "owner_boot, jobs, planned, results, samples) VALUES (?,?,?,?,'',?,?,?,0,0,0,0) ON CONFLICT (run) DO NOTHING");
    do {
      if (meta.id.empty()) id = run_id(now, static_cast<std::uint16_t>(random()));
      add.tryReset();
      add.bind(1, id);
      add.bind(2, bounded(meta.scenario, kReasonLimit));
      add.bind(3, bounded(meta.command, kReasonLimit));
      add.bind(4, meta.started_at.empty() ? utc_text(now) : meta.started_at);
      bind_owner(add, 5, owner);
    } while (add.exec() == 0 && meta.id.empty());
  });
  std::error_code error;
  std::filesystem::create_directories(run_directory(id), error);
  if (error)
    throw base::InfraError(
        fmt::format("cannot create {}: {}", run_directory(id).string(), error.message()),
        "choose another place with --results DIR");
  return id;
}

base::Result<void> Store::adopt_run(std::string_view run) {
  const Owner self = this_process();
  return impl_->db.write("taking over a run", [&]() -> base::Result<void> {
    auto& find = impl_->db.statement(
        "SELECT owner_pid, owner_start, owner_boot, finished_at FROM runs WHERE run = ?");
    find.bind(1, std::string(run));
    if (!find.executeStep())
      return base::fail(fmt::format("there is no run {}", run), "vmlab list runs");
    const Owner owner{.pid = find.getColumn(0).getInt64(),
                      .start = find.getColumn(1).getInt64(),
                      .boot = find.getColumn(2).getString()};
    if (find.getColumn(3).getString().empty() && owner.pid != self.pid && alive(owner))
      return base::fail(fmt::format("run {} is still running as process {}", run, owner.pid),
                        "wait for it, or end that process first");
    auto& take = impl_->db.statement(
        "UPDATE runs SET owner_pid=?, owner_start=?, owner_boot=?, finished_at='' WHERE run=?");
    bind_owner(take, 1, self);
    take.bind(4, std::string(run));
    take.exec();
    return {};
  });
}

void Store::finish_run(std::string_view run, std::string_view at) {
  impl_->db.write("finishing a run", [&] {
    auto& set = impl_->db.statement("UPDATE runs SET finished_at = ? WHERE run = ?");
    set.bind(1, at.empty() ? utc_text(std::chrono::system_clock::now()) : std::string(at));
    set.bind(2, std::string(run));
    set.exec();
  });
  impl_->db.read("flushing", [&] { impl_->db.checkpoint(); });
}

void Store::discard_empty_run(std::string_view run) {
  bool gone = false;
  impl_->db.write("taking back an empty run", [&] {
    auto& remove = impl_->db.statement(
        "DELETE FROM runs WHERE run = ? AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.run_no = runs.run_no) AND NOT "
        "EXISTS (SELECT 1 FROM planned WHERE planned.run_no = runs.run_no) AND NOT EXISTS (SELECT 1 FROM results "
        "WHERE results.run_no = runs.run_no)");
    remove.bind(1, std::string(run));
    gone = remove.exec() > 0;
  });
  std::error_code ignored;  // an empty folder that stays does no harm
  if (gone) std::filesystem::remove_all(run_directory(run), ignored);
}

void Store::plan(std::string_view run, std::span<const model::Planned> tests) {
  impl_->db.write("writing down a plan", [&] {
    const std::int64_t run_no = impl_->run_no(run);
    for (const model::Planned& test : tests) insert_planned(impl_->db, run_no, test);
    note_rows(impl_->db, run_no, 0, 0);
  });
}

void Store::upsert_job(std::string_view run, const model::JobRecord& job) {
  impl_->db.write("adding a job", [&] {
    const std::int64_t run_no = impl_->run_no(run);
    insert_job(impl_->db, run_no, job);
    note_rows(impl_->db, run_no, 0, 0);
  });
  impl_->db.read("flushing", [&] { impl_->db.checkpoint(); });
}

std::string Store::add_result(std::string_view run, const model::CaseResult& result) {
  return add_results(run, {&result, 1}).front();
}

std::vector<std::string> Store::add_results(std::string_view run,
                                            std::span<const model::CaseResult> results) {
  return impl_->db.write("adding results", [&] {
    const std::int64_t run_no = impl_->run_no(run);
    std::vector<std::string> handles;
    for (const model::CaseResult& result : results) {
      const model::CaseResult bounds = with_bounds(result);
      handles.push_back(free_handle(impl_->db, run, bounds));
      insert_result(impl_->db, run_no, bounds, handles.back());
    }
    note_rows(impl_->db, run_no, results.size(), 0);
    return handles;
  });
}

void Store::add_samples(std::string_view run, std::span<const model::Sample> samples) {
  impl_->db.write("adding samples", [&] {
    const std::int64_t run_no = impl_->run_no(run);
    for (const model::Sample& sample : samples) insert_sample(impl_->db, run_no, sample);
    note_rows(impl_->db, run_no, 0, samples.size());
  });
}

void Store::add_artifact(std::string_view run, const Artifact& artifact) {
  impl_->db.write("adding an artefact", [&] {
    auto& add = impl_->db.statement(
        "INSERT INTO artifacts VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET path=excluded.path");
    add.bind(1, impl_->run_no(run));
    add.bind(2, bounded_name(artifact.job));
    add.bind(3, bounded_name(artifact.name));
    add.bind(4, artifact.path);
    add.exec();
  });
}

}  // namespace store
