// SPDX-License-Identifier: Apache-2.0
// A scenario as values, after the YAML was read and checked: kernel, selftests, guests, tests.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/source.h"

namespace model {

enum class Clock { wall, instructions };
enum class Isolation { suite, test };
std::string_view to_string(Clock clock);
std::string_view to_string(Isolation isolation);

// How a program reports its cases (room ktap). `automatic` looks at the output itself.
enum class Dialect { automatic, tap, uffd_unit_tests, uffd_stress, exit_code, benchmark };
std::string_view to_string(Dialect dialect);
std::optional<Dialect> dialect_from(std::string_view name);

// Of tests that are benchmarks of ours (guest-tools/bench), not programs of a selftest tree.
inline constexpr std::string_view kBenchmarks = "bench";
inline constexpr std::string_view kBenchmarkProgram = "vmlab-bench";

struct HugePagePool {
  std::uint64_t page_bytes = 0;
  int node = -1;  // -1: any
  std::uint64_t pages = 0;
  friend bool operator==(const HugePagePool&, const HugePagePool&) = default;
};

enum class ScratchFs { none, ext4, xfs };
std::string_view to_string(ScratchFs filesystem);  // "none", "ext4", "xfs": as mkfs and mount call it

// What a test needs from its guest. An unmet need makes the test `unfit`, never `fail`.
struct Needs {
  std::uint64_t memory_bytes = 0;        // of the guest
  std::vector<HugePagePool> hugepages;   // set up before the test, taken down after it
  std::uint64_t swap_bytes = 0;          // zram swap
  ScratchFs filesystem = ScratchFs::none;  // mounted at /vmlab/scratch
  std::vector<std::string> config;       // kernel options that must be y, without CONFIG_
  std::vector<std::string> features;     // facts the agent's probe must report as yes: "thp", "gup_test"...
  int min_vcpus = 0;
  // Files below /proc/sys or /sys and what is written to them before the test; put back after it.
  std::map<std::string, std::string> settings;
  friend bool operator==(const Needs&, const Needs&) = default;
};

// "This test cannot run on these machines, and here is why": the scenario's own word, shown as unfit.
struct UnfitHere {
  std::string machine;  // glob
  std::string reason;
};

// What differs for some machines or commands. A field that is absent leaves the test as it is; one that is
// there replaces the test's own value whole, so that a reader never has to add two lists in his head.
struct TestVariation {
  std::string machine = "*";  // glob over machine ids
  std::string command = "*";  // glob over "program arguments"; used by VmtestsSelection
  std::string selftests = "*";  // glob over the selftests' SRC: trees differ in what a test does
  std::optional<std::vector<std::string>> arguments;
  std::optional<std::uint64_t> memory_bytes;
  std::optional<std::vector<HugePagePool>> hugepages;
  std::optional<std::uint64_t> swap_bytes;
  std::optional<ScratchFs> filesystem;
  std::optional<std::vector<std::string>> config;
  std::optional<std::vector<std::string>> features;
  std::optional<int> min_vcpus;
  std::optional<std::map<std::string, std::string>> settings;
  std::optional<std::chrono::milliseconds> limit;
  std::optional<bool> floods_console;
  std::optional<Dialect> dialect;
  std::optional<std::vector<std::string>> expected_log;
  std::optional<std::map<std::string, std::uint64_t>> expected_log_counts;
  std::optional<std::vector<UnfitHere>> unfit;
  int line = 0;  // of hugepages, for messages
};

struct TestSpec {
  std::string id;                         // "mm/gup_longterm": stable, unique in a scenario
  std::string collection = "mm";          // folder below tools/testing/selftests
  std::string program;                    // file in that folder
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
  Dialect dialect = Dialect::automatic;
  Needs needs;
  std::chrono::milliseconds limit{120'000};  // of the guest's own time; see runner
  bool floods_console = false;            // console level lowered while it runs; the log stays in /dev/kmsg
  // Globs over the message part of kernel lines (no prefix, no time) that this test causes on purpose.
  std::vector<std::string> expected_log;
  std::vector<UnfitHere> unfit;
  std::map<std::string, std::uint64_t> expected_log_counts;  // pattern -> exact number of lines
  std::vector<std::string> also_called;   // names of the program in other trees, tried in this order
  bool in_scratch = false;                // its working directory is the scratch file system, not the program's folder
  bool as_nobody = false;                 // without root's rights, as user 65534
  bool optional = false;                  // a tree without the program makes the test `unfit`, not a failed build
  std::vector<TestVariation> variations;  // applied in order by scenario::for_machine()
  int line = 0, column = 0;               // in the scenario's file, for messages
  int hugepages_line = 0;
};

// "Everything run_vmtests.sh lists": expanded by the lab once the selftest tree is there, because each tree
// has a list of its own.
struct VmtestsSelection {
  std::string collection = "mm";
  std::vector<std::string> categories;  // empty: all
  bool extra = false;                   // what `run_vmtests.sh -a` adds
  bool destructive = false;             // what `-d` adds
  TestSpec base;  // needs, limit and so on of every test; its variations match by command; id and program unset
};

struct GuestSpec {
  std::uint64_t memory_bytes = 0;  // 0: the machine's default
  int vcpus = 0;                   // 0: the machine's default
  int numa_nodes = 1;
  std::vector<std::string> command_line;  // appended to the kernel's
};

// Reviewed data: a failure that is known, why, until when. Applied when reporting, never to a crash.
struct KnownFailure {
  std::string test;     // glob over test and case ids
  std::string machine;  // glob
  std::string reason;
  std::string link;
  std::string expires;  // YYYY-MM-DD
  std::vector<std::string> outcomes;  // empty: fail and hang
  std::vector<std::string> selftests;  // globs over the selftests' SRC; empty: all
  std::string file;     // where it was written, for messages
  int line = 0;
};

// What a kernel that is bad on purpose must make of a test: the worst raw outcome of its cases.
struct Expectation {
  std::string test;           // glob over test ids
  std::string machine = "*";  // glob over machine ids
  std::string outcome;        // name of a model::Outcome
  int line = 0;
  friend bool operator==(const Expectation&, const Expectation&) = default;
};

struct Scenario {
  std::string name;
  std::string file;
  std::string description;
  KernelSpec kernel;
  SelftestSpec selftests;             // defaults to the kernel's own source
  std::vector<std::string> machines;  // ids
  GuestSpec guest;
  std::map<std::string, GuestSpec> guest_overrides;  // by machine id; unset fields fall back to `guest`
  std::vector<TestSpec> tests;
  std::vector<VmtestsSelection> vmtests;
  std::vector<KnownFailure> known_failures;
  std::optional<Isolation> isolation;  // absent: each machine's default
  Clock clock = Clock::wall;
  std::optional<std::uint64_t> seed;
  // How often a bad result is run again in a fresh guest, to see whether it comes back; the program's default
  // when absent.
  std::optional<int> retries;
  bool dump_on_hang = false;  // keep the memory of a guest that hangs, as an ELF core
  // For kernels that are bad on purpose. Of those that match a test on a machine the last one counts; a test
  // that none matches must not be bad. Checked by compare::check_expectations().
  std::vector<Expectation> expects;
};

}  // namespace model
