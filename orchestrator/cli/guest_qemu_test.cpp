// SPDX-License-Identifier: Apache-2.0
// The main job on real guests: one command from a kernel source to a verdict, on all five machines. The kernels
// are built on the first run and found in the artefact cache afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <map>
#include <thread>

#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

struct Outcomes {
  std::map<std::string, std::map<std::string, int>> by_machine;  // machine -> outcome -> cases
  std::map<std::string, std::string> of_test;  // "machine test" -> an outcome that is neither pass nor unfit
};

Outcomes outcomes_of(const std::string& text) {
  Outcomes outcomes;
  const json::value run = json::parse(text);
  for (const json::value& result : run.at("results").as_array()) {
    const std::string machine(result.at("machine").as_string()), outcome(result.at("outcome").as_string());
    ++outcomes.by_machine[machine][outcome];
    if (outcome != "pass" && outcome != "unfit" && outcome != "skip")
      outcomes.of_test[machine + " " + std::string(result.at("id").as_string())] = outcome;
  }
  return outcomes;
}

bool alive(pid_t pid) { return !base::read_file("/proc/" + std::to_string(pid) + "/cmdline").value_or("").empty(); }

// QEMU processes whose command line mentions `text`.
std::vector<pid_t> qemus_of(const std::string& text) {
  std::vector<pid_t> found;
  for (const auto& entry : base::fs::directory_iterator("/proc")) {
    const auto pid = base::parse_int(entry.path().filename().string());
    if (!pid) continue;
    const std::string line = base::read_file(entry.path() / "cmdline").value_or("");
    if (line.starts_with("qemu-system") && line.contains(text)) found.push_back(static_cast<pid_t>(*pid));
  }
  return found;
}

}  // namespace

TEST(MainJobQemu, EveryMachinePinsPagesAndReportsEveryCase) {
  const ProgramEnd end = run_program({"run", "smoke", "--test", "mm/gup_longterm", "--test", "mm/madv_populate", "--json"},
                                     guest_program());
  ASSERT_EQ(end.code, 0) << end.output.substr(0, 2000) << end.errors;
  Outcomes outcomes = outcomes_of(end.output);
  for (const char* machine : {"x86_64", "arm64", "ppc64-hash4k", "ppc64-radix4k", "ppc32-e500"}) {
    const auto& counts = outcomes.by_machine[machine];
    EXPECT_GE(counts.contains("pass") ? counts.at("pass") : 0, 20) << machine;
    for (const char* bad : {"fail", "crash", "hang", "missing", "infra", "boot_fail", "build_fail"})
      EXPECT_FALSE(counts.contains(bad)) << machine << " " << bad;
  }
}

TEST(MainJobQemu, APatchThatBreaksPinningTurnsItsTestsRedAndNoOthers) {
  const ProgramEnd end = run_program(
      {"run", "smoke", "--machine", "x86_64", "--patch", std::string(VMLAB_SOURCE_DIR) + "/scenarios/patches/break-gup-unshare.patch",
       "--test", "mm/gup_longterm", "--test", "mm/cow", "--test", "mm/madv_populate", "--json"},
      guest_program());
  EXPECT_EQ(end.code, 1) << end.errors;
  const Outcomes outcomes = outcomes_of(end.output);
  int red = 0;
  for (const auto& [id, outcome] : outcomes.of_test) {
    if (outcome == "xfail") continue;
    EXPECT_EQ(outcome, "fail") << id;
    EXPECT_NE(id.find("R/O longterm GUP"), std::string::npos) << id;
    ++red;
  }
  EXPECT_GE(red, 1);
}

TEST(MainJobQemu, APatchThatDoesNotCompileIsABuildFailureWithTheCompilersWords) {
  const ProgramEnd end = run_program(
      {"run", "quick", "--patch", std::string(VMLAB_SOURCE_DIR) + "/scenarios/patches/build-failure.patch", "--json"},
      guest_program());
  EXPECT_EQ(end.code, 1) << end.errors;
  EXPECT_NE(end.output.find("build_fail"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("error:"), std::string::npos);
}

TEST(MainJobQemu, AKilledLabLeavesNoGuestBehindAndKeepsWhatItHad) {
  auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "killed-").value();
  const std::string results = (folder.path() / "results").string();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setenv("VMLAB_ROOT", VMLAB_SOURCE_DIR, 1);
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(null, fd);
    const std::string program = guest_program();
    ::execl(program.c_str(), "vmlab", "run", "smoke", "--machine", "x86_64", "--test", "mm/gup_test -u", "--test",
            "mm/uffd-unit-tests", "--isolation", "suite",  // a copy of a frozen guest names no file of the run
            "--results", results.c_str(), "--jobs", "1", nullptr);
    ::_exit(127);
  }
  // The first test takes a second, the other most of a minute: kill it in between.
  bool first_done = false;
  for (int i = 0; i < 1200 && !first_done; ++i) {
    std::this_thread::sleep_for(500ms);
    if (!alive(pid)) break;
    const ProgramEnd list = run_program({"report", "last", "--results", results, "--json"}, guest_program());
    first_done = list.output.find("\"outcome\":\"pass\"") != std::string::npos ||
                 list.output.find("\"outcome\": \"pass\"") != std::string::npos;
  }
  EXPECT_TRUE(first_done);
  EXPECT_FALSE(qemus_of(results).empty());
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  for (int i = 0; i < 100 && !qemus_of(results).empty(); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_TRUE(qemus_of(results).empty());
  const ProgramEnd after = run_program({"report", "last", "--results", results, "--json"}, guest_program());
  EXPECT_NE(after.output.find("gup_test -u"), std::string::npos);
  EXPECT_EQ(after.code, 1) << "an interrupted run is not green";
}

}  // namespace cli
