// SPDX-License-Identifier: Apache-2.0
// `vmlab series` on real guests: three patches, one of which makes a selftest oops.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "cli/oops_series_for_test.h"
#include "cli/program_for_test.h"
#include "cli/series_journal.h"

namespace cli {
namespace {

namespace json = boost::json;

class SeriesQemu : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "series-").value();
};

}  // namespace

TEST_F(SeriesQemu, SaysWhichPatchOopsesAndTestsNoKernelTwice) {
  const auto series = folder_.path() / "series";
  const std::string results = (folder_.path() / "results").string();
  write_oops_series(folder_.path());
  const auto file = folder_.path() / "oops.yaml";
  const ProgramEnd end = run_program({"series", file.string(), "--patches", series.string(), "--retries", "0", "--results", results, "--json"},
                                     guest_program());
  ASSERT_EQ(end.code, 1) << end.output.substr(0, 2000) << end.errors;
  const json::value report = json::parse(end.output);
  EXPECT_TRUE(report.at("complete").as_bool());
  EXPECT_EQ(report.at("steps").at(1).at("same_as").at("x86_64"), 0) << "a note changes no byte";
  EXPECT_EQ(report.at("steps").at(3).at("same_as").at("x86_64"), 2);
  EXPECT_TRUE(report.at("steps").at(1).at("run").is_null());
  const json::value& first = report.at("findings").at(0);
  EXPECT_EQ(first.at("kind"), "broken");
  EXPECT_EQ(first.at("candidates"), json::parse("[2]"));
  EXPECT_TRUE(first.at("until").is_null());
  EXPECT_THAT(end.errors, testing::HasSubstr("first bad: 2 (mm/madvise: "));
  EXPECT_THAT(end.errors, testing::HasSubstr("step 3: on x86_64 the same kernel as at step 2"));

  // As if it had been interrupted before the third step's end was written down: what has results is not run again.
  base::fs::path file_of_series;
  for (const auto& item : base::fs::directory_iterator(results + "/series"))
    if (item.path().extension() == ".json") file_of_series = item.path();
  Journal journal = read_journal(file_of_series).value();
  journal.steps[2].done = journal.steps[3].done = false;
  journal.steps[2].run.clear();
  ASSERT_TRUE(write_journal(file_of_series, journal).has_value());
  const ProgramEnd again = run_program({"series", "--resume", "last", "--results", results, "--json"}, guest_program());
  EXPECT_EQ(again.code, 1) << again.errors;
  EXPECT_EQ(json::parse(again.output).at("findings"), report.at("findings"));
  EXPECT_EQ(json::parse(again.output).at("steps"), report.at("steps")) << "the same runs";
  EXPECT_THAT(again.errors, testing::Not(testing::HasSubstr("booting")));
  EXPECT_THAT(again.errors, testing::Not(testing::HasSubstr("step 0/3")));

  // A patch that has changed since is another series.
  ASSERT_TRUE(base::write_file_atomic(series / "3-behind.patch", note_patch("other.txt")));
  EXPECT_EQ(run_program({"series", "--resume", "last", "--results", results}, guest_program()).code, 2);
}

}  // namespace cli
