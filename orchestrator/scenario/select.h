// SPDX-License-Identifier: Apache-2.0
// From scenarios and the words of a command line to jobs: which tests run on which machine, against which
// kernel, and how. Pure values; nothing is fetched or built here.
#pragma once
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "base/error.h"
#include "model/machine.h"
#include "model/scenario.h"

namespace scenario {

// --shard K/N: one of N parts of the work, K from 1. A test's part depends on its machine and id alone, so it
// is the same whatever else is selected, and tests that are known only later (run_vmtests.sh) fall in line.
struct Shard {
  int index = 1;  // 1..count
  int count = 1;

  bool has(std::string_view machine, std::string_view test_id) const;
};
base::Result<Shard> parse_shard(std::string_view text);

// What the command line says on top of the scenario. Empty means: as the scenario has it.
struct Selection {
  std::vector<std::string> archs;     // --arch, already split at commas
  std::vector<std::string> machines;  // --machine; globs
  std::vector<std::string> tests;     // --test; globs over test ids, with or without "mm/", or a case's id
  std::optional<model::SourceRef> kernel;
  std::vector<std::string> patches;   // added behind the scenario's own
  std::optional<model::SourceRef> selftests;
  std::optional<model::Isolation> isolation;
  std::optional<model::Clock> clock;
  std::optional<std::uint64_t> seed;
  Shard shard;
};

// A planned test that does not run here, and why: reported as `unfit`.
struct UnfitTest {
  model::TestSpec test;
  std::string reason;
};

// One machine's share of one scenario.
struct JobRequest {
  std::shared_ptr<const model::Scenario> scenario;  // as it was loaded
  const model::Machine* machine = nullptr;
  model::KernelSpec kernel;
  model::SelftestSpec selftests;
  model::GuestSpec guest;              // every field set
  std::vector<model::TestSpec> tests;  // in the scenario's order, for this machine
  std::vector<UnfitTest> unfit;
  std::vector<model::VmtestsSelection> vmtests;  // to be expanded once the selftest tree is there
  model::Isolation isolation = model::Isolation::suite;
  model::Clock clock = model::Clock::wall;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> test_globs;  // of the selection, for add_commands()
  Shard shard;

  bool empty() const { return tests.empty() && unfit.empty() && vmtests.empty(); }
};

// Jobs in the order of the scenarios and of the machine table. An architecture, machine or test glob that
// selects nothing is a mistake of the user.
std::expected<std::vector<JobRequest>, base::Diagnostics> select_jobs(
    const std::vector<std::shared_ptr<const model::Scenario>>& scenarios, const Selection& selection);

// One line of run_vmtests.sh, as room ktap reads it.
struct Command {
  std::string program;
  std::vector<std::string> arguments;
  std::string id = {};  // the same on every machine; empty: program and arguments
};
// Adds the commands of one of the job's selections to `tests` and `unfit`, subject to the job's test globs and
// shard. A command given twice gets a stable "#2" behind its id.
void add_commands(JobRequest& job, const model::VmtestsSelection& selection, const std::vector<Command>& commands);

// "gup_longterm", "mm/gup*" and the id of one of its cases all select mm/gup_longterm.
bool selects(const std::string& glob, const std::string& test_id);

}  // namespace scenario
