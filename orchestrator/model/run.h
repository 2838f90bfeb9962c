// SPDX-License-Identifier: Apache-2.0
// A run as values: what the store keeps, the reports read and `run --json` prints.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/machine.h"
#include "model/outcome.h"
#include "model/scenario.h"

namespace model {

struct KernelIdentity {
  std::string source;        // SRC as asked for
  std::string version;       // "6.12.117" from the tree or the image
  std::string key;           // artefact key: hash of source, patches, config and toolchain
  std::string image_sha256;  // equal images are equal kernels, however they were made
  std::string config_sha256;
  std::string compiler;
  std::vector<std::string> patches;  // file names
};

// How the guests of a job came to be, and what came of running a share of its tests both ways.
struct GuestStarts {
  int restored = 0;   // copies of a frozen guest
  int cold = 0;       // booted
  int fallbacks = 0;  // of those: where a copy was wanted and did not come up
  int checked = 0;    // tests that ran in a copy and then in a booted guest
  std::vector<std::string> differences;  // of those: test and what differed, one text each
};

// One guest's worth of work as it was carried out.
struct JobRecord {
  std::string job;  // unique in the run: "x86_64-1"
  std::string arch;
  std::string machine;
  KernelIdentity kernel;
  std::string selftests;  // SRC of the selftests
  std::string qemu;       // version
  std::string accel;      // "tcg", "tcg,thread=single", "kvm"
  std::string host;
  double boot_ms = 0;     // process start to the agent's first word, wall time; of the last boot
  int boots = 0;
  GuestStarts starts;
  std::string folder;     // the job's artefacts, relative to the run's folder
};

// One test case of one attempt. Test-level events (a crash before any case, missing) use the test's id.
struct CaseResult {
  std::string id;      // "mm/gup_longterm/R/O longterm GUP pin ... (2048 kB)"
  std::string test;    // "mm/gup_longterm"
  std::string handle;  // short, unique in the store; given by the store
  std::string job;
  std::string machine;
  Outcome outcome = Outcome::missing;
  std::optional<std::string> reason;
  Clock clock = Clock::wall;
  std::optional<std::uint64_t> seed;
  int attempt = 1;
  int boot = 0;          // which boot of the job's guest: after a hang the job goes on in a fresh one
  int position = 0;      // of its test in that boot: what ran before it there
  double duration_ms = 0;  // of the whole test, guest clock
  std::string evidence;  // the few lines that matter, guest text, unescaped
};

// A test that a job set out to run, written down before its guest starts, so that what never reported
// is known even when vmlab itself was killed.
struct Planned {
  std::string job;
  std::string machine;
  std::string test;
  int position = 0;                  // in the job's plan
  std::optional<std::string> unfit;  // the scenario's own word that it cannot run here; it is then not run
};

// Whose results the reports of a kernel that is still booting are; no scenario has a test of this name.
inline constexpr const char* kBootTest = "boot";

inline constexpr std::string_view kCounterUnit = "events";

struct Sample {
  std::string metric;
  std::string job;
  int boot = 0;
  int order = 0;
  Clock clock = Clock::wall;
  std::optional<std::uint64_t> seed;
  std::string unit;
  bool lower_is_better = true;
  double value = 0;
  // A counter of the kernel that came along with a benchmark, by the hundred, and no cost.
  bool counter() const { return unit == kCounterUnit; }
};

struct Run {
  std::string id;          // "20261121-090212-3f2a"
  std::string scenario;    // names, comma-separated
  std::string command;     // the command line as given
  std::string started_at;  // UTC, ISO 8601
  std::string finished_at; // empty while running or when it was interrupted
  std::vector<JobRecord> jobs;
  std::vector<Planned> planned;
  std::vector<CaseResult> results;
  std::vector<Sample> samples;
};

}  // namespace model
