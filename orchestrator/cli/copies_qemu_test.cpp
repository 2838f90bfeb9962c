// SPDX-License-Identifier: Apache-2.0
// `--isolation test` on real guests: each test in a copy of a frozen guest of its own, and all of them counted.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;

class CopiesQemu : public testing::Test {
 protected:
  json::value run(const std::string& machines, const std::string& tests) {
    const auto file = folder_.path() / "copies.yaml";
    EXPECT_TRUE(base::write_file_atomic(
        file, "name: copies\nkernel: debian:6.12\nmachines: " + machines + "\ntests: " + tests + "\n"));
    const ProgramEnd end = run_program({"run", file.string(), "--isolation", "test", "--results",
                                        (folder_.path() / "results").string(), "--json"},
                                       guest_program());
    EXPECT_EQ(end.code, 0) << end.output.substr(0, 2000) << end.errors;
    return json::parse(end.output.empty() ? "{}" : end.output);
  }
  base::TemporaryDirectory folder_ =
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "copies-").value();
};

std::map<std::string, std::int64_t> sums(const json::value& run) {
  std::map<std::string, std::int64_t> out;
  for (const json::value& job : run.at("jobs").as_array())
    for (const char* what : {"restored", "cold", "fallbacks", "checked"})
      out[what] += job.at("guests").at(what).to_number<std::int64_t>();
  for (const json::value& job : run.at("jobs").as_array())
    out["differences"] += static_cast<std::int64_t>(job.at("guests").at("differences").as_array().size());
  return out;
}

}  // namespace

TEST_F(CopiesQemu, RunEachTestInAPristineGuestAndCheckAShareInABootedOne) {
  const json::value end = run("[x86_64, ppc64-radix4k]",
                              "[{run: map_populate}, {run: mremap_dontunmap}, {run: madv_populate}, {run: mkdirty}]");
  auto guests = sums(end);
  EXPECT_EQ(guests["restored"], 8);
  EXPECT_EQ(guests["fallbacks"], 0);
  EXPECT_EQ(guests["differences"], 0);
  EXPECT_GE(guests["checked"], 2) << "at least one test of each machine";
}

// The huge pages a test asks for are put into its own copy, not into the frozen guest: a test that has no need sees none.
TEST_F(CopiesQemu, HaveTheHugePagesOfTheirOwnTestOnly) {
  const json::value end =
      run("[x86_64]", "[{run: hugepage-mmap, also_called: [hugetlb-mmap], needs: {hugepages: {2M: 128}}}, {run: map_populate},"
                      " {id: mm/mmap again, run: hugepage-mmap, also_called: [hugetlb-mmap], needs: {hugepages: {2M: 128}}}]");
  for (const json::value& result : end.at("results").as_array()) EXPECT_EQ(result.at("outcome").as_string(), "pass") << result;
  EXPECT_EQ(sums(end)["fallbacks"], 0);
}

}  // namespace cli
