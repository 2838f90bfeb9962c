// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include <array>

namespace store {
namespace {

// Test ids, metrics and reasons repeat from run to run: `names` keeps each text once. Machine and
// job names are short and stay inline. SQLite turns a NaN into NULL: a sample's value may be NULL.
// `checksum` guards a result row, because SQLite has no page checksums.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE names (
  name_id INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
);
CREATE TABLE runs (
  run_no INTEGER PRIMARY KEY,
  run TEXT NOT NULL UNIQUE,
  scenario TEXT NOT NULL,
  command TEXT NOT NULL,
  started_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  owner_pid INTEGER NOT NULL,
  owner_start INTEGER NOT NULL,
  owner_boot TEXT NOT NULL
);
CREATE TABLE jobs (
  run_no INTEGER NOT NULL REFERENCES runs(run_no),
  job TEXT NOT NULL,
  arch TEXT NOT NULL,
  machine TEXT NOT NULL,
  kernel_source TEXT NOT NULL,
  kernel_version TEXT NOT NULL,
  kernel_key TEXT NOT NULL,
  kernel_image_sha256 TEXT NOT NULL,
  kernel_config_sha256 TEXT NOT NULL,
  kernel_compiler TEXT NOT NULL,
  kernel_patches TEXT NOT NULL,
  selftests TEXT NOT NULL,
  qemu TEXT NOT NULL,
  accel TEXT NOT NULL,
  host TEXT NOT NULL,
  boot_ms REAL NOT NULL,
  boots INTEGER NOT NULL,
  folder TEXT NOT NULL,
  UNIQUE (run_no, job)
);
CREATE TABLE planned (
  run_no INTEGER NOT NULL REFERENCES runs(run_no),
  job TEXT NOT NULL,
  machine TEXT NOT NULL,
  test INTEGER NOT NULL REFERENCES names(name_id),
  position INTEGER NOT NULL,
  unfit TEXT,
  UNIQUE (run_no, job, test)
);
CREATE TABLE results (
  result_no INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL REFERENCES runs(run_no),
  handle TEXT NOT NULL UNIQUE,
  id INTEGER NOT NULL REFERENCES names(name_id),
  test INTEGER NOT NULL REFERENCES names(name_id),
  job TEXT NOT NULL,
  machine TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason INTEGER REFERENCES names(name_id),
  clock TEXT NOT NULL,
  seed INTEGER,
  attempt INTEGER NOT NULL,
  boot INTEGER NOT NULL,
  position INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  evidence TEXT NOT NULL,
  checksum TEXT NOT NULL
);
CREATE INDEX results_by_run ON results (run_no);
CREATE INDEX results_by_test ON results (test, machine, run_no);
CREATE TABLE samples (
  run_no INTEGER NOT NULL REFERENCES runs(run_no),
  metric INTEGER NOT NULL REFERENCES names(name_id),
  job TEXT NOT NULL,
  boot INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  clock TEXT NOT NULL,
  seed INTEGER,
  unit TEXT NOT NULL,
  better TEXT NOT NULL,
  value REAL
);
CREATE INDEX samples_by_run ON samples (run_no);
CREATE TABLE artifacts (
  run_no INTEGER NOT NULL REFERENCES runs(run_no),
  job TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  UNIQUE (run_no, job, name)
);
)sql";

// How a job's guests came to be. `differences` is a JSON array of texts.
constexpr std::string_view kVersion2 = R"sql(
ALTER TABLE jobs ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN fallbacks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN checked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN differences TEXT NOT NULL DEFAULT '[]';
)sql";

// How many rows of each table are a run's: a damaged index loses some without a word, and what is not there has no
// checksum. NULL: the run began under an older version.
constexpr std::string_view kVersion3 = R"sql(
ALTER TABLE runs ADD COLUMN jobs INTEGER;
ALTER TABLE runs ADD COLUMN planned INTEGER;
ALTER TABLE runs ADD COLUMN results INTEGER;
ALTER TABLE runs ADD COLUMN samples INTEGER;
)sql";

constexpr std::array kMigrations{kVersion1, kVersion2, kVersion3};

}  // namespace

std::span<const std::string_view> migrations() { return kMigrations; }

}  // namespace store
