// SPDX-License-Identifier: Apache-2.0
// What one guest is asked to do, and its text form: the file /vmlab/plan in the image, or the same bytes in
// PLAN frames. guest-tools/agent/plan.c reads it; guest-tools/README.md is the reference of the format.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/scenario.h"

namespace model {

struct PlannedTest {
  int index = 0;
  std::string id;
  std::string directory;  // in the guest: "/vmlab/selftests/mm"
  std::string program;    // "./gup_longterm"
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  std::vector<HugePagePool> hugepages;
  std::uint64_t swap_bytes = 0;
  ScratchFs filesystem = ScratchFs::none;
  bool as_nobody = false;  // user 65534
  std::uint64_t guest_limit_ms = 0;  // 0: the host alone enforces the limit
  bool floods_console = false;
  std::map<std::string, std::string> settings;  // file below /proc/sys or /sys -> value, put back after the test
};

// What the agent moves by the seed, under the instruction clock: guest-tools/agent/perturb.c.
enum class Perturb {
  none,
  seeded,  // address space layout, each test's start, instructions burnt on each CPU before it
  hunt,    // and a thread on each CPU that wakes at drawn times while a test runs
};

struct Plan {
  std::uint64_t seed = 0;
  std::uint32_t heartbeat_ms = 1000;  // 0: a silent agent (exact runs)
  bool interactive = false;           // `vmlab shell`: run a shell on the console instead of tests
  Perturb perturb = Perturb::none;
  std::vector<PlannedTest> tests;

  // Of version 2 where something is perturbed, otherwise of version 1, which is all that other plans need.
  std::string text() const;
};

}  // namespace model
