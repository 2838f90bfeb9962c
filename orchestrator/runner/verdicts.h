// SPDX-License-Identifier: Apache-2.0
// From what was seen of one test to its results: the verdict rules, as a pure function.
//
//   crash beats hang beats what the test said. A guest that vanished without a word crashed. A host, QEMU or
//   transport that failed gives `infra`, whatever else was seen. A need the guest could not meet is `unfit`.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ktap/report.h"
#include "model/run.h"
#include "model/scenario.h"
#include "runner/announced.h"

namespace runner {

struct CrashSeen {
  std::string title;     // as triage titles it
  std::string evidence;  // the report's first lines
  bool stall = false;    // nothing moved for long, says a watchdog of the kernel's
};

struct TestEnding {
  enum class How {
    finished,     // the agent reported the end of its process
    not_started,  // a need could not be met, or the program could not be started
    limit,        // its time was up; it, or its whole guest, was killed
    guest_died,   // the guest reset or switched itself off under it
    infra,        // the host, QEMU or the transport failed
  };
  How how = How::infra;
  std::string text;  // for people: what was unmet, how the guest ended, what failed
  std::string evidence = {};  // of limit: what was found out about the guest; guest text
  bool unmet_need = false;  // of not_started: the environment's fault (unfit) and not the program's (fail)
};

struct TestSeen {
  const model::TestSpec* test = nullptr;
  ktap::Report report;
  TestEnding ending;
  std::vector<CrashSeen> crashes;  // unexpected ones, oldest first
  std::vector<AnnouncedLines> announced;
  std::optional<std::string> starved;  // the process that the guest's want of memory cost
  double duration_ms = 0;
  std::string last_output;  // the last lines the test printed
};

// The common fields of the results of one test.
struct ResultFrame {
  std::string job, machine;
  model::Clock clock = model::Clock::wall;
  std::optional<std::uint64_t> seed;
  int attempt = 1;
  int boot = 0;
  int position = 0;  // in that boot
};

std::vector<model::CaseResult> verdicts(const TestSeen& seen, const ResultFrame& frame);

// What a kernel reported while it booted: one crash for each title, of the test "boot", which no scenario has.
using model::kBootTest;
std::vector<model::CaseResult> boot_verdicts(const std::vector<CrashSeen>& crashes, const ResultFrame& frame);

// Whether `id` is that of a result about announced kernel lines: "mm/x/kernel lines 'Memory failure*'".
bool is_announced_lines(std::string_view id, std::string_view test);

// One result about the test as a whole, for tests that never came to run.
model::CaseResult whole_test(const std::string& test, model::Outcome outcome, std::string reason,
                             const ResultFrame& frame);

}  // namespace runner
