// SPDX-License-Identifier: Apache-2.0
// `vmlab ab` on real guests: a kernel against itself differs in nothing, to the last digit.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;

class AbQemu : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "ab-").value();
};

}  // namespace

TEST_F(AbQemu, FindsNoDifferenceBetweenAKernelAndItself) {
  const auto file = folder_.path() / "aa.yaml";
  ASSERT_TRUE(base::write_file_atomic(file, "name: aa\nkernel: debian:6.12\nmachines: [x86_64]\nclock: instructions\n"
                                            "benchmarks: [mincore, vma-protect]\n"));
  const std::string results = (folder_.path() / "results").string();
  const ProgramEnd end = run_program({"ab", file.string(), "--after", "debian:6.12", "--seeds", "1..2", "--placebos", "0",
                                      "--results", results, "--json"},
                                     guest_program());
  ASSERT_EQ(end.code, 0) << end.output.substr(0, 2000) << end.errors;
  const json::value report = json::parse(end.output);
  const json::array& metrics = report.at("metrics").as_array();
  ASSERT_EQ(metrics.size(), 3u);
  for (const json::value& metric : metrics) {
    EXPECT_EQ(metric.at("verdict").as_string(), "unchanged") << metric;
    EXPECT_EQ(metric.at("delta").to_number<double>(), 0) << metric;
    EXPECT_GT(metric.at("before").at("median").to_number<double>(), 0) << metric;
    EXPECT_EQ(metric.at("before").at("n").as_int64(), 2) << metric;
  }
  EXPECT_TRUE(report.at("counters").as_array().empty()) << report.at("counters");
  EXPECT_TRUE(report.at("inexact").as_array().empty());

  // The runs are in the store, and compare says the same of them.
  const ProgramEnd again = run_program({"compare", "last~1", "last", "--results", results, "--json"}, guest_program());
  ASSERT_EQ(again.code, 0) << again.errors;
  EXPECT_EQ(json::parse(again.output).at("measured").at("metrics"), report.at("metrics"));

  // What was measured is not measured again, but no run is held against itself: that would say nothing.
  const ProgramEnd third = run_program({"ab", file.string(), "--after", "debian:6.12", "--seeds", "1..2", "--placebos", "0",
                                        "--results", results, "--json"},
                                       guest_program());
  ASSERT_EQ(third.code, 0) << third.errors;
  const auto first_mention = third.errors.find("measured before, in run ");
  EXPECT_NE(first_mention, std::string::npos) << third.errors;
  EXPECT_EQ(third.errors.find("measured before, in run ", first_mention + 1), std::string::npos) << third.errors;
  EXPECT_EQ(json::parse(third.output).at("metrics"), report.at("metrics"));
}

}  // namespace cli
