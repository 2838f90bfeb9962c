// SPDX-License-Identifier: Apache-2.0
// `vmlab reproduce`, on a real guest: the tests that ran before come back too, from wherever it is called.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;

struct Seen {
  std::vector<std::string> tests;  // in the order of their results
  std::string last_handle;
};

Seen seen_in(const ProgramEnd& end) {
  Seen seen;
  const json::value run = json::parse(end.output);
  for (const json::value& result : run.at("results").as_array()) {
    const std::string id(result.at("id").as_string());
    const std::string test = id.substr(0, id.find('/', 3));
    if (seen.tests.empty() || seen.tests.back() != test) seen.tests.push_back(test);
    seen.last_handle = result.at("handle").as_string().c_str();
  }
  return seen;
}

}  // namespace

TEST(ReproduceQemu, BringsBackTheTestsBeforeFromAnyFolderAndForReproductions) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "reproduce-").value();
  const std::string results = (folder.path() / "results").string();
  ASSERT_TRUE(base::write_file_atomic(folder.path() / "three.yaml",
                                      "name: three\nmachines: [x86_64]\nkernel: debian:6.12\nisolation: suite\ntests:\n"
                                      "  - run: map_populate\n"
                                      "  - run: mkdirty\n  - run: mremap_dontunmap\n"));
  const std::string start = (folder.path() / "start").string();
  ASSERT_TRUE(base::write_file_atomic(
      start, "#!/bin/sh\ncd " + folder.path().string() + " && exec " + base::shell_quote(guest_program()) + " \"$@\"\n", 0755));
  const ProgramEnd run = run_program({"run", "three.yaml", "--test", "m*p*", "--results", results, "--json"}, start);
  ASSERT_EQ(run.code, 0) << run.errors;
  const Seen all = seen_in(run);
  ASSERT_EQ(all.tests, (std::vector<std::string>{"mm/map_populate", "mm/mremap_dontunmap"}));

  const ProgramEnd again = run_program({"reproduce", all.last_handle, "--results", results, "--json"}, guest_program());
  ASSERT_EQ(again.code, 0) << again.errors;
  const Seen reproduced = seen_in(again);
  EXPECT_EQ(reproduced.tests, all.tests);
  EXPECT_NE(again.errors.find("1 tests before it"), std::string::npos) << again.errors;

  const ProgramEnd alone =
      run_program({"reproduce", reproduced.last_handle, "--alone", "--results", results, "--json"}, guest_program());
  ASSERT_EQ(alone.code, 0) << alone.errors;
  EXPECT_EQ(seen_in(alone).tests, std::vector<std::string>{"mm/mremap_dontunmap"});
  EXPECT_EQ(run_program({"reproduce", "nonsense", "--results", results}, guest_program()).code, 2);
}

TEST(ReproduceQemu, StopsForADebuggerWhichChangesNothingUnderTheInstructionClock) {
  if (std::system("command -v gdb-multiarch >/dev/null") != 0) GTEST_SKIP() << "gdb-multiarch is not installed";
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "debugger-").value();
  const std::string results = (folder.path() / "results").string(), path = (folder.path() / "one.yaml").string();
  ASSERT_TRUE(base::write_file_atomic(path, "name: one\nmachines: [x86_64]\nkernel: debian:6.12\nclock: instructions\nseed: 3\n"
                                            "guest: {vcpus: 2}\ntests:\n  - run: mkdirty\n"));
  const ProgramEnd run = run_program({"run", path, "--results", results, "--json"}, guest_program());
  ASSERT_EQ(run.code, 0) << run.errors;

  // A person at a debugger: waits until it is let in, looks round, leaves.
  const std::string log = (folder.path() / "gdb.log").string(), debugged = (folder.path() / "debugged").string();
  const std::string talk = "gdb-multiarch -nx -batch -ex 'target remote 127.0.0.1:1234' -ex 'info registers rip' -ex detach";
  ASSERT_TRUE(base::write_file_atomic(
      debugged, "#!/bin/sh\n(for i in $(seq 600); do sleep 0.5; " + talk + " >" + log + " 2>&1; grep -q '^rip' " + log +
                    " && break; done) &\n" + base::shell_quote(guest_program()) + " \"$@\"; code=$?; kill $! 2>/dev/null; exit $code\n",
      0755));
  const ProgramEnd again = run_program({"reproduce", seen_in(run).last_handle, "--gdb", "--results", results}, debugged);
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_NE(again.errors.find("stands at its first instruction and waits for a debugger"), std::string::npos) << again.errors;
  EXPECT_NE(again.output.find("the same to the byte as then"), std::string::npos) << again.output;
  EXPECT_NE(base::read_file(log).value_or("").find("rip"), std::string::npos) << base::read_file(log).value_or("");
}

}  // namespace cli
