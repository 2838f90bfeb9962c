// SPDX-License-Identifier: Apache-2.0
// Exact metrics, and what many metrics together make of each.
#include <gtest/gtest.h>

#include "compare/samples/fixture.h"

namespace compare {
using namespace fixture;

TEST(ExactCounts, AreUnchangedOnlyWhenTheyAreTheSame) {
  EXPECT_EQ(judge(exact(Values{8372, 8384}, Values{8372, 8384}, 0.01)).verdict, kUnchanged);
  EXPECT_EQ(judge(exact(Values{8372, 8384}, Values{8384, 8372})).verdict, kInconclusive)
      << "seeds disagree";
  EXPECT_EQ(judge(exact(Values{8372, 8384, 8392}, Values{8380, 8384, 8401}, 0.0012)).reason,
            "exact: inside the placebo band of 0.12% over 3 seeds")
      << "the medians are the same, the seeds are not";
}

TEST(ExactCounts, AreJudgedByTheirPlaceboBand) {
  const MetricVerdict inside = judge(exact(Values{8372}, Values{8384}, 0.0025));
  EXPECT_EQ(inside.verdict, kInconclusive);
  EXPECT_EQ(inside.reason, "exact: inside the placebo band of 0.25%");
  EXPECT_FALSE(inside.p);
  EXPECT_FALSE(inside.need);
  EXPECT_EQ(judge(exact(Values{8372}, Values{8384}, 0.0012)).verdict, kRegressed);
  EXPECT_EQ(judge(exact(Values{970}, Values{963}, 0.0)).verdict, kImproved);
  EXPECT_EQ(judge(exact(Values{100000}, Values{100100}, 0.0005)).verdict, kRegressed)
      << "a tenth of a percent counts";
}

TEST(ExactCounts, OfSeveralSeedsMustAgree) {
  const Values before(8, 1000.0);
  EXPECT_EQ(
      judge(exact(before, Values{1020, 1021, 1019, 1020, 1022, 1020, 1018, 1020}, 0.01)).verdict,
      kRegressed);
  const MetricVerdict split =
      judge(exact(before, Values{1020, 1021, 990, 1020, 1022, 980, 1018, 1020}, 0.01));
  EXPECT_EQ(split.verdict, kInconclusive);
  EXPECT_EQ(split.reason, "exact, but seeds disagree: 6 up, 2 down, 0 the same");
  const MetricVerdict few = judge(exact(Values{1000, 1000, 1000}, Values{1020, 1020, 980}, 0.001));
  EXPECT_EQ(few.need, 5);
  EXPECT_EQ(judge(exact(Values{1000, 1001}, Values{1020, 1020, 1021})).verdict, kRegressed)
      << "unpaired, but apart";
  EXPECT_EQ(judge(exact(Values{1000, 1030}, Values{1020, 1020, 1021})).verdict, kInconclusive);
}

TEST(ManyMetrics, AreCorrectedOnlyWhenTheyAreMany) {
  stats::Random random(12);
  SampleFile file;
  for (int i = 0; i < 20; ++i)
    file.metrics.push_back(wall(noise(random, 100, 3, 12), noise(random, 100, 3, 12)));
  EXPECT_EQ(compare_samples(file, {}).correction, Correction::none);
  file.metrics.push_back(wall(noise(random, 100, 3, 12), noise(random, 130, 3, 12)));
  file.metrics.push_back(exact(Values{1}, Values{2}));
  const SampleComparison many = compare_samples(file, {});
  EXPECT_EQ(many.correction, Correction::fdr);
  EXPECT_EQ(many.corrected_for, 21u);
  EXPECT_EQ(many.metrics[20].verdict, kRegressed);
  EXPECT_GT(*many.metrics[20].p_adjusted, *many.metrics[20].p);
  EXPECT_FALSE(many.metrics[21].p_adjusted);
  SampleOptions options;
  options.correction = Correction::holm;
  EXPECT_EQ(compare_samples(file, options).correction, Correction::holm);
  options.correction = Correction::none;
  EXPECT_EQ(*compare_samples(file, options).metrics[20].p_adjusted, *many.metrics[20].p);
}

TEST(Percent, HasTheDigitsThatANumberNeeds) {
  EXPECT_EQ(percent(0), "0%");
  EXPECT_EQ(percent(0.0279), "+2.79%");
  EXPECT_EQ(percent(-0.279), "-27.9%");
  EXPECT_EQ(percent(0.000149878), "+0.015%");
  EXPECT_EQ(percent(0.01, false), "1%");
  EXPECT_EQ(percent(0.0012, false), "0.12%");
  EXPECT_EQ(percent(3.5), "+350%");
}

}  // namespace compare
