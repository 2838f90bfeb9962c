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

}  // namespace cli
