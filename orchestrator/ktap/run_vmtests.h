// SPDX-License-Identifier: Apache-2.0
// tools/testing/selftests/mm/run_vmtests.sh (6.1: vm/) as a list of commands with what each of them
// needs. The script is read, never run: its exit status loses failures (a later skip overwrites
// them), and it ends before any test on a machine without hugetlb. What the reader does not
// understand is reported, not dropped.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "model/machine.h"
#include "model/scenario.h"

namespace ktap {

// What the script would find out about its machine.
struct VmtestMachine {
  model::Arch arch = model::Arch::x86_64;
  std::uint64_t hugepage_bytes = 2 << 20;  // default huge page size; 0: no hugetlb
  int vcpus = 1;
  bool run_all = false;      // -a: the whole gup_test matrix
  bool destructive = false;  // -d: tests that take memory out of service
  // Programs that were built; nullopt: take every `[ -x ./program ]` for true.
  std::optional<std::set<std::string>> programs;
};

struct VmtestCommand {
  std::string category;  // "hugetlb"; empty in 6.1
  std::string program;   // "gup_test"
  std::vector<std::string> arguments;
  std::string id;  // "gup_test -ct -F 0x1 0 19 0x1000": stable over machines, unique in the list
  model::Needs needs;  // with the /proc/sys settings that are in force where the command stands
  std::string run_as;  // "nobody": through sudo
  bool needs_shell = false;      // a shell script, which also wants the usual programs in the guest
  bool needs_hugetlbfs = false;  // a hugetlbfs mounted at ./huge (6.1)
  int line = 0;                  // of the script
};

struct VmtestList {
  std::vector<VmtestCommand> commands;
  base::Diagnostics unknown;  // lines nobody has taught the reader
};

VmtestList read_run_vmtests(std::string_view script, const std::string& file,
                            const VmtestMachine& machine);

// What a program of the mm collection needs, from the reviewed table in vmtest_needs.cpp; also
// without the script.
model::Needs needs_of_program(const std::string& program, const std::vector<std::string>& arguments,
                              const VmtestMachine& machine);

// The command as a test of a scenario: id "mm/<id>", automatic dialect, a limit that fits.
model::TestSpec test_of(const VmtestCommand& command, const std::string& collection = "mm");

}  // namespace ktap
