-- SPDX-License-Identifier: Apache-2.0
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
, jobs INTEGER, planned INTEGER, results INTEGER, samples INTEGER);
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
  folder TEXT NOT NULL, restored INTEGER NOT NULL DEFAULT 0, cold INTEGER NOT NULL DEFAULT 0, fallbacks INTEGER NOT NULL DEFAULT 0, checked INTEGER NOT NULL DEFAULT 0, differences TEXT NOT NULL DEFAULT '[]',
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
