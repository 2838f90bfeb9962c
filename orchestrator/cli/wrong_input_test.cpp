// SPDX-License-Identifier: Apache-2.0
// Wrong input: one clear message, and exit code 2.
#include <gtest/gtest.h>

#include "base/program.h"
#include "cli/program_for_test.h"

namespace cli {
namespace {

class WrongInput : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const base::fs::path path = folder_.path() / name;
    base::value_or_throw(base::write_file_atomic(path, text));
    return path.string();
  }
  void expect_error(const std::vector<std::string>& arguments, const std::string& says) {
    const ProgramEnd end = run_program(arguments);
    EXPECT_EQ(end.code, 2) << end.errors;
    EXPECT_NE(end.errors.find(says), std::string::npos) << "says: " << end.errors;
    EXPECT_EQ(end.output, "");
  }
  base::TemporaryDirectory folder_ =
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "wrong-input-").value();
};

}  // namespace

TEST_F(WrongInput, AWrongKeyGetsItsPlaceAndTheNearestName) {
  const std::string path = file("a.yaml", "name: a\nkernel: debian:6.12\nmachnes: [x86_64]\ntests:\n  - run: cow\n");
  expect_error({"run", path}, path + ":3:1: ");
  expect_error({"run", path}, "machines");
}

TEST_F(WrongInput, AnUnknownTestIsNamed) { expect_error({"run", "smoke", "--test", "mm/gup_longtern"}, "gup_longtern"); }

TEST_F(WrongInput, AnUnknownMachineIsNamed) { expect_error({"run", "smoke", "--machine", "x86_46"}, "x86_46"); }

TEST_F(WrongInput, AMissingScenarioOffersTheNearestOne) { expect_error({"run", "scenarios/smok.yaml"}, "smoke"); }

TEST_F(WrongInput, AMissingKernelFolderIsNamed) {
  expect_error({"run", "quick", "--kernel", "dir:/no/such/linux"}, "/no/such/linux");
}

TEST_F(WrongInput, HugePagesTheGuestCannotHoldAreRefusedBeforeAnythingIsBuilt) {
  const std::string path = file("b.yaml",
                                "name: b\nkernel: debian:6.12\nmachines: [x86_64]\nguest: {memory: 1G}\ntests:\n"
                                "  - run: gup_longterm\n    needs:\n      hugepages: {2M: 4096}\n");
  expect_error({"run", path}, "huge");
}

TEST_F(WrongInput, AMachineWithoutItsQemuIsToldBeforeAnythingIsBuilt) {
  // A PATH in which all is there but one QEMU.
  const base::fs::path programs = folder_.path() / "programs";
  base::fs::create_directories(programs);
  for (const char* name : {"qemu-system-x86_64", "qemu-system-aarch64", "qemu-system-ppc"})
    if (const auto found = base::find_program(name)) base::fs::create_symlink(*found, programs / name);
  const std::string program = file("vmlab", "#!/bin/sh\nPATH=" + base::shell_quote(programs.string()) + " exec " +
                                                base::shell_quote(VMLAB_PROGRAM_PATH) + " \"$@\"\n");
  base::fs::permissions(program, base::fs::perms::owner_all);
  const std::string results = (folder_.path() / "results").string();
  const ProgramEnd end = run_program({"run", "smoke", "--results", results}, program);
  EXPECT_EQ(end.code, 2) << end.errors;
  EXPECT_NE(end.errors.find("no QEMU for ppc64-hash4k, ppc64-radix4k: there is no program 'qemu-system-ppc64' in PATH"), std::string::npos)
      << end.errors;
  EXPECT_NE(end.errors.find("install the Debian package qemu-system-ppc"), std::string::npos) << end.errors;
  EXPECT_EQ(end.errors.find("kernel debian"), std::string::npos) << "nothing is built: " << end.errors;
  EXPECT_EQ(run_program({"report", "last", "--results", results}).code, 2) << "and no run is left";
}

TEST_F(WrongInput, AHuntWantsOneTestAndARangeOfSeeds) {
  const std::string path = file("c.yaml", "name: c\nkernel: debian:6.12\nmachines: [x86_64]\ntests:\n  - run: mkdirty\n  - run: mlock2-tests\n");
  for (const char* seeds : {"5..1", "0..3", "x", "1..", "1..200000", "1...3"})
    expect_error({"hunt", path, "--test", "mm/mkdirty", "--seeds", seeds}, seeds);
  expect_error({"hunt", path, "--test", "mm/m*"}, "selects 2 tests");
  expect_error({"hunt", path}, "--test");
}

TEST_F(WrongInput, AnUnknownCommandOffersTheNearestOne) { expect_error({"rnu"}, "vmlab run"); }

TEST_F(WrongInput, ARunInAnEmptyStoreIsExplained) { expect_error({"report", "last"}, "there is no run in"); }

TEST_F(WrongInput, AnUnknownOptionIsNamed) { expect_error({"run", "smoke", "--tset", "x"}, "--tset"); }

TEST(Program, PrintsJsonAloneOnStandardOutput) {
  const ProgramEnd end = run_program({"list", "machines", "--json"});
  EXPECT_EQ(end.code, 0);
  EXPECT_TRUE(end.output.starts_with("{")) << end.output;
  EXPECT_NE(end.output.find("ppc32-e500"), std::string::npos);
}

TEST(Program, SaysWhatIsNotBuiltYet) {
  const ProgramEnd end = run_program({"nightly"});
  EXPECT_EQ(end.code, 3);
  EXPECT_NE(end.errors.find("not part of this version"), std::string::npos);
}

TEST_F(WrongInput, AScenarioThatMeasuresNothingCannotBeCompared) {
  expect_error({"ab", "quick", "--after", "debian:6.12"}, "benchmarks: [all]");
  expect_error({"ab", "benchmarks"}, "--after");
  expect_error({"ab", "benchmarks", "--after", "debian:6.12", "--seeds", "8..1"}, "--seeds 8..1");
}

TEST_F(WrongInput, AnUnknownBenchmarkGetsItsPlaceAndTheNearestName) {
  const std::string path = file("b.yaml", "benchmarks:\n  - falt-anon\n");
  expect_error({"run", path}, path + ":2:5: ");
  expect_error({"run", path}, "fault-anon");
}

}  // namespace cli
