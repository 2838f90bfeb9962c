// SPDX-License-Identifier: Apache-2.0
// Runs that were cut short and go on, and kernels that are bad on purpose, on real guests.
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

class ResumeQemu : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(base::write_file_atomic(folder_.path() / "some.yaml",
                                        "name: some\nmachines: [x86_64]\nisolation: suite\ntests:\n"
                                        "  - run: madv_populate\n  - run: mkdirty\n  - run: mremap_dontunmap\n"));
  }
  std::string results() const { return (folder_.path() / "state").string(); }

  // Starts a run and kills vmlab with -9 as soon as `until` stands in what it says.
  void run_and_kill(const std::string& until) {
    const pid_t child = ::fork();
    if (child == 0) {
      if (::chdir(folder_.path().c_str()) != 0) ::_exit(126);
      ::setenv("VMLAB_ROOT", VMLAB_SOURCE_DIR, 1);
      ::setenv("XDG_STATE_HOME", results().c_str(), 1);
      (void)!std::freopen((folder_.path() / "said").c_str(), "w", stderr);
      (void)!std::freopen("/dev/null", "w", stdout);
      const std::string program = guest_program();
      ::execl(program.c_str(), "vmlab", "run", "some.yaml", static_cast<char*>(nullptr));
      ::_exit(127);
    }
    for (int i = 0; i < 18000; ++i) {
      if (base::read_file(folder_.path() / "said").value_or("").contains(until)) break;
      std::this_thread::sleep_for(20ms);
    }
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << base::read_file(folder_.path() / "said").value_or("");
  }

  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "resume-").value();
};

}  // namespace

TEST_F(ResumeQemu, AfterKillNineRunsWhatIsLeftAndNothingTwice) {
  run_and_kill("mm/madv_populate  ");
  const ProgramEnd end = run_program({"run", "--resume", "last", "--json"}, guest_program(), results());
  ASSERT_EQ(end.code, 0) << end.errors;
  std::map<std::string, int> times;
  const json::value run = json::parse(end.output);
  for (const json::value& result : run.at("results").as_array()) {
    EXPECT_EQ(result.at("attempt"), 1);
    ++times[std::string(result.at("id").as_string())];
  }
  for (const auto& [id, count] : times) EXPECT_EQ(count, 1) << id;
  EXPECT_TRUE(times.contains("mm/mremap_dontunmap") || times.size() > 3);
  const ProgramEnd list = run_program({"list", "runs", "--json"}, guest_program(), results());
  EXPECT_EQ(json::parse(list.output).at("runs").as_array().size(), 1u) << "into the same run";
  // Once more: nothing is left, nothing is run.
  const ProgramEnd again = run_program({"run", "--resume", "last", "--json"}, guest_program(), results());
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(json::parse(again.output).at("results").as_array().size(), run.at("results").as_array().size());
}

TEST_F(ResumeQemu, IsRefusedWhenTheScenarioChanged) {
  run_and_kill("mm/madv_populate  ");
  ASSERT_TRUE(base::write_file_atomic(folder_.path() / "some.yaml",
                                      "name: some\nmachines: [x86_64]\nisolation: suite\ntests:\n"
                                      "  - run: madv_populate\n  - run: cow\n"));
  const ProgramEnd end = run_program({"run", "--resume", "last"}, guest_program(), results());
  EXPECT_EQ(end.code, 2) << end.errors;
  EXPECT_NE(end.errors.find("something has changed since it began"), std::string::npos) << end.errors;
  EXPECT_NE(end.errors.find("mm/cow"), std::string::npos) << end.errors;
}

TEST(KnownBadQemu, AnOopsIsACrashOfItsTestAndExpected) {
  const ProgramEnd end = run_program({"run", std::string(VMLAB_SOURCE_DIR) + "/scenarios/known-bad/oops.yaml", "--machine", "x86_64",
                                      "--isolation", "suite", "--json"},
                                     guest_program());
  ASSERT_EQ(end.code, 0) << end.output.substr(0, 2000) << end.errors;
  const json::value run = json::parse(end.output);
  EXPECT_EQ(run.at("expectations").as_array().size(), 2u);
  std::size_t missing = 0;
  for (const json::value& result : run.at("results").as_array()) {
    EXPECT_EQ(result.at("attempt"), 1) << "what is expected is not run again";
    missing += result.at("outcome") == "missing";
  }
  EXPECT_GT(missing, 5u) << "the cases that the crash took";
}

}  // namespace cli
