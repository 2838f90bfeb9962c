// SPDX-License-Identifier: Apache-2.0
#include "ktap/bench_reader.h"

#include <gtest/gtest.h>

#include "ktap/parser.h"

namespace ktap {
namespace {

using model::Outcome;

Report read(std::string_view text, ProcessEnd end = ProcessEnd::exited(0)) {
  return parse(text, end, "bench/gup", model::Dialect::benchmark, "x86_64");
}

TEST(BenchReader, TakesEachMetricForACaseWithItsValues) {
  const Report report = read("metric gup/anon-4K ns lower 10.5 11 1e3\nmetric thp/rate MB/s higher 7\n");
  ASSERT_EQ(report.cases.size(), 2u);
  EXPECT_EQ(report.cases[0].id, "bench/gup/gup/anon-4K");
  EXPECT_EQ(report.cases[0].outcome, Outcome::pass);
  ASSERT_EQ(report.measured.size(), 2u);
  EXPECT_EQ(report.measured[0].values, (std::vector<double>{10.5, 11, 1000}));
  EXPECT_FALSE(report.measured[1].lower_is_better);
  EXPECT_EQ(report.measured[1].unit, "MB/s");
}

TEST(BenchReader, TakesASkipForACaseThatDidNotRunAndWhy) {
  const Report report = read("skip gup/hugetlb no free huge pages\n", ProcessEnd::exited(4));
  ASSERT_EQ(report.cases.size(), 1u);
  EXPECT_EQ(report.cases[0].outcome, Outcome::unfit);
  EXPECT_EQ(report.cases[0].reason, "no free huge pages");
}

TEST(BenchReader, TakesACounterForASampleAndNoCase) {
  const Report report = read("metric gup/base ns lower 5\nmetric gup:slab/maple_node events lower 32\n");
  EXPECT_EQ(report.cases.size(), 1u);
  ASSERT_EQ(report.measured.size(), 2u);
  EXPECT_EQ(report.measured[1].metric, "gup:slab/maple_node");
}

TEST(BenchReader, FailsWhatIsNoMetric) {
  for (const char* text : {"metric x ns lower\n", "metric x ns sideways 1\n", "metric x ns lower nan\n",
                           "metric x ns lower 1 inf\n", "metric x ns lower 1,5\n", "metric \n"}) {
    const Report report = read(text);
    ASSERT_EQ(report.cases.size(), 1u) << text;
    EXPECT_EQ(report.cases[0].outcome, Outcome::fail) << text;
    EXPECT_TRUE(report.measured.empty()) << text;
  }
}

TEST(BenchReader, BelievesTheExitStatusOfAProgramThatBroke) {
  const Report report = read("metric a ns lower 1\n", ProcessEnd::exited(1));
  EXPECT_EQ(report.cases.back().id, "bench/gup");
  EXPECT_EQ(report.cases.back().outcome, Outcome::fail);
}

}  // namespace
}  // namespace ktap
