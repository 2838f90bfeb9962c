// SPDX-License-Identifier: Apache-2.0
// vmlab compare --samples as a user runs it.
#include <gtest/gtest.h>

#include "base/program.h"
#include "cli/program_for_test.h"

namespace cli {
namespace {

class CompareSamples : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    const base::fs::path path = folder_.path() / name;
    base::value_or_throw(base::write_file_atomic(path, text));
    return path.string();
  }
  base::TemporaryDirectory folder_ =
      base::TemporaryDirectory::create(base::fs::temp_directory_path(), "compare-samples-").value();
};

constexpr const char* kNotes =
    "better: lower\nclock: wall\nmetric: fork\nbefore: 100 103 99 101 98 102 100.5 99.5\n"
    "after: 121 118 122 119 120 123 117 120.5\n";

}  // namespace

TEST_F(CompareSamples, ARegressionEndsWithOne) {
  const ProgramEnd end = run_program({"compare", "--samples", file("a.txt", kNotes)});
  EXPECT_EQ(end.code, 1) << end.errors;
  EXPECT_NE(end.output.find("regressed"), std::string::npos) << end.output;
  EXPECT_NE(end.output.find("REGRESSED: 1 regressed (level 1%)"), std::string::npos) << end.output;
}

TEST_F(CompareSamples, JsonIsAloneOnStandardOutput) {
  const ProgramEnd end = run_program({"compare", "--samples", file("a.txt", kNotes), "--json"});
  EXPECT_EQ(end.code, 1) << end.errors;
  EXPECT_TRUE(end.output.starts_with("{\"version\":1")) << end.output;
  EXPECT_NE(end.output.find("\"verdict\":\"regressed\""), std::string::npos);
}

TEST_F(CompareSamples, OptionsDecide) {
  const std::string path = file("a.txt", kNotes);
  EXPECT_EQ(run_program({"compare", "--samples", path, "--min-effect", "30%"}).code, 0);
  const std::string bare = file("b.csv", "metric,before,after\nx,1 1 1 1 1 1,1 1 1 1 1 1\n");
  EXPECT_EQ(run_program({"compare", "--samples", bare, "--better", "higher", "--clock", "exact"}).code, 0);
}

TEST_F(CompareSamples, MistakesAreNamedWithTheirPlace) {
  const std::string path = file("a.txt", "metric: fork\nbetter: less\n");
  const ProgramEnd end = run_program({"compare", "--samples", path});
  EXPECT_EQ(end.code, 2);
  EXPECT_NE(end.errors.find(path + ":2:9: better is 'less'\n  better: lower or higher"), std::string::npos) << end.errors;
  EXPECT_EQ(end.output, "");
  const auto expect = [&](std::vector<std::string> arguments, const std::string& says) {
    const ProgramEnd wrong = run_program(arguments);
    EXPECT_EQ(wrong.code, 2);
    EXPECT_NE(wrong.errors.find(says), std::string::npos) << wrong.errors;
  };
  const std::string good = file("b.txt", kNotes);
  expect({"compare", "--samples", "/no/such/file"}, "/no/such/file");
  expect({"compare", "--samples", good, "--level", "2"}, "--level is '2'");
  expect({"compare", "--samples", good, "--correction", "bonferoni"}, "--correction is 'bonferoni'");
  expect({"compare", "--samples", good, "--clock", "cpu"}, "--clock is 'cpu'");
  expect({"compare", "--samples", good, "last~1", "last"}, "not both");
  expect({"compare", "last~1", "last", "--level", "1%"}, "--level belongs to samples");
}

}  // namespace cli
