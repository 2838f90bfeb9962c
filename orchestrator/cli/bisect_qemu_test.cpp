// SPDX-License-Identifier: Apache-2.0
// `vmlab bisect` of a series on real guests: which of three patches makes a selftest oops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/oops_series_for_test.h"
#include "cli/program_for_test.h"

namespace cli {
namespace {

namespace json = boost::json;

class BisectQemu : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "bisect-").value();
};

}  // namespace

TEST_F(BisectQemu, FindsThePatchThatOopsesAndRunsNoKernelTwice) {
  const auto series = folder_.path() / "series";
  write_oops_series(folder_.path());
  const auto file = folder_.path() / "oops.yaml";
  const std::vector<std::string> question{"bisect", file.string(), "--patches", series.string(), "--test", "mm/madv_populate*",
                                          "--deterministic", "--results", (folder_.path() / "results").string(), "--json"};
  const ProgramEnd end = run_program(question, guest_program());
  ASSERT_EQ(end.code, 0) << end.output.substr(0, 2000) << end.errors;
  const json::value report = json::parse(end.output);
  EXPECT_EQ(report.at("verdict").as_string(), "culprit");
  EXPECT_THAT(std::string(report.at("culprit").as_string()), testing::HasSubstr("0002")) << report;
  EXPECT_THAT(std::string(report.at("failure").as_string()), testing::HasSubstr("vmlab_injected")) << report;
  EXPECT_EQ(report.at("confidence").to_number<double>(), 1);
  EXPECT_GE(report.at("reused").as_int64(), 2) << "patches 1 and 3 change no byte of the kernel";
  EXPECT_LE(report.at("runs").as_int64(), 5) << "both ends, the culprit, the patch before it, and all others without it";
  EXPECT_THAT(end.errors, testing::HasSubstr("taken back on top of the bad end: passes"));

  // It has ended: asked again it answers at once, and its culprit's run can be reproduced.
  const ProgramEnd again = run_program(question, guest_program());
  EXPECT_EQ(json::parse(again.output).at("log"), report.at("log"));
  EXPECT_THAT(again.errors, testing::Not(testing::HasSubstr("booting")));
  EXPECT_THAT(again.errors, testing::HasSubstr("again: vmlab reproduce "));
}

}  // namespace cli
