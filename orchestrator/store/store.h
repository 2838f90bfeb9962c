// SPDX-License-Identifier: Apache-2.0
// The store: one SQLite file, results.db, in the results directory, and the runs' artefacts beside
// it in runs/ID/. Every call that returns has committed what it was given: a `kill -9` of vmlab
// loses nothing, a power cut at most what came since the last finished job. Raw outcomes are never
// changed. Two vmlab processes may use one store; the calls may come from any thread. The schema is
// in results/README.md.
//
// A failing host (disk full, file damaged, no permission) is base::InfraError; a name that does not
// exist is the user's mistake and a base::Error.
#pragma once
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/run.h"

namespace store {

// `interrupted`: not finished, and the process that ran it is gone.
enum class RunState { running, finished, interrupted };
std::string_view to_string(RunState state);

struct RunSummary {
  std::string id;
  std::string scenario;
  std::string command;
  std::string started_at;
  std::string finished_at;
  RunState state = RunState::finished;
  std::vector<std::string> machines;
  model::OutcomeCounts counts;  // raw, every attempt
};

struct LoadedRun {
  model::Run run;
  RunState state = RunState::finished;
};

struct Artifact {
  std::string job;
  std::string name;  // "console.log"
  std::string path;  // relative to the run's directory
};

// Everything `vmlab reproduce` needs to do it again.
struct FoundResult {
  std::string run;
  std::string scenario;
  std::string command;
  model::JobRecord job;
  model::CaseResult result;
  std::vector<std::string> tests_before;  // in the same boot of the guest, in order
};

class Store {
 public:
  // Creates directory and database when they do not exist, brings an older schema up to date.
  static Store open(const std::filesystem::path& directory);
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  const std::filesystem::path& directory() const;
  // Where a run's artefacts go; created with the run.
  std::filesystem::path run_directory(std::string_view run) const;

  // Takes scenario, command and, when set, id and started_at. Returns the id: UTC time and four
  // random digits, so ids sort by time.
  std::string begin_run(const model::Run& meta);
  // Takes over an interrupted run to carry on with it. An Error when it is running elsewhere.
  base::Result<void> adopt_run(std::string_view run);
  // `at`: UTC, ISO 8601; empty means now.
  void finish_run(std::string_view run, std::string_view at = {});
  // Takes back a run in which nothing was planned and nothing happened, folder included: it would be "last"
  // and say nothing. A run with jobs, plans or results stays; then nothing is changed.
  void discard_empty_run(std::string_view run);

  // Call at the start of a job, before its guest runs; again, it replaces the entries of the same
  // tests.
  void plan(std::string_view run, std::span<const model::Planned> tests);
  void upsert_job(std::string_view run, const model::JobRecord& job);
  // Returns the handle: six letters and digits, more if those were taken. The one in `result` is
  // ignored.
  std::string add_result(std::string_view run, const model::CaseResult& result);
  // One transaction for all: use it for the cases of one test that arrived together.
  std::vector<std::string> add_results(std::string_view run,
                                       std::span<const model::CaseResult> results);
  void add_samples(std::string_view run, std::span<const model::Sample> samples);
  void add_artifact(std::string_view run, const Artifact& artifact);

  // `which`: an id, the unique start of one, "last" or "last~N".
  base::Result<std::string> resolve_run(std::string_view which) const;
  base::Result<LoadedRun> load_run(std::string_view which) const;
  std::vector<RunSummary> list_runs(std::size_t limit = 1000) const;  // newest first
  std::vector<Artifact> artifacts(std::string_view run) const;
  base::Result<FoundResult> find_result(std::string_view handle) const;

  // How long the test took there lately: the median of its last five runs. nullopt: never ran
  // there.
  std::optional<std::chrono::milliseconds> expected_duration(std::string_view test,
                                                             std::string_view machine) const;

  // Reads every page and row; throws InfraError on the first damage.
  void check() const;
  // The schema as SQL, as the database itself has it.
  std::string schema_text() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace store
