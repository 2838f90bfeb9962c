// SPDX-License-Identifier: Apache-2.0
// The instruction clock as a user meets it: a run that checks itself, a reproduction that says the same to the byte, and
// a hunt that finds nothing where there is nothing.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;

}  // namespace

TEST(ExactQemu, ARunChecksItselfAndItsResultsAreReproducedToTheByte) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "exact-").value();
  const std::string results = (folder.path() / "results").string(), path = (folder.path() / "two.yaml").string();
  ASSERT_TRUE(base::write_file_atomic(path, "name: two\nmachines: [x86_64]\nkernel: debian:6.12\nguest: {vcpus: 2}\n"
                                            "clock: instructions\nseed: 5\nisolation: suite\ntests:\n  - run: mkdirty\n"
                                            "  - run: map_populate\n"));
  const ProgramEnd run = run_program({"run", path, "--results", results, "--json"}, guest_program());
  ASSERT_EQ(run.code, 0) << run.errors;
  EXPECT_NE(run.errors.find("exact: 1 guest ran again and said the same to the byte"), std::string::npos) << run.errors;
  const json::value seen = json::parse(run.output);
  EXPECT_TRUE(seen.at("jobs").at(0).at("exact").is_bool());
  // The first of two tests: the whole plan must come back with it.
  const std::string handle(seen.at("results").at(0).at("handle").as_string());
  const ProgramEnd again = run_program({"reproduce", handle, "--results", results}, guest_program());
  EXPECT_EQ(again.code, 0) << again.errors;
  EXPECT_NE(again.output.find("the same to the byte as then"), std::string::npos) << again.output;

  const ProgramEnd hunt =
      run_program({"hunt", path, "--test", "mm/mkdirty", "--seeds", "1..2", "--results", results, "--json"}, guest_program());
  EXPECT_EQ(hunt.code, 1) << hunt.errors;
  const json::value unresolved = json::parse(hunt.output);
  EXPECT_EQ(unresolved.at("verdict").as_string(), "unresolved");
  EXPECT_EQ(unresolved.at("passed").to_number<int>(), 2);
}

}  // namespace cli
