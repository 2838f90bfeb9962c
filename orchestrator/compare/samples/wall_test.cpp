// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "compare/samples/fixture.h"

namespace compare {
using namespace fixture;

// usemem with and without the swap slot cache, KB/s, and kernel builds, seconds, as the field
// printed them: mean, sd, n. Their author called all of it noise.
TEST(SwapTables, GetTheVerdictsThatWelchsTestGivesThem) {
  const SampleFile file{
      .metrics = {wall(MeanSd{424907.60, 24410.78, 16}, MeanSd{414745.92, 34554.78, 16}, false),
                  wall(MeanSd{163308.82, 11635.72, 16}, MeanSd{167314.50, 18434.99, 16}, false),
                  wall(MeanSd{6150056.79, 103205.90, 16}, MeanSd{6321469.06, 115878.16, 16}, false),
                  wall(MeanSd{6445.69, 61.95, 12}, MeanSd{6408.80, 69.46, 12}),
                  wall(MeanSd{6841.71, 409.04, 12}, MeanSd{6437.99, 435.55, 12})}};
  const SampleComparison at_one = compare_samples(file, {});
  EXPECT_EQ(at_one.correction, Correction::none);
  EXPECT_EQ(at_one.metrics[0].verdict, kInconclusive);
  EXPECT_EQ(at_one.metrics[1].verdict, kInconclusive);
  EXPECT_EQ(at_one.metrics[2].verdict, kImproved);
  EXPECT_EQ(at_one.metrics[3].verdict, kInconclusive);
  EXPECT_EQ(at_one.metrics[4].verdict, kInconclusive) << "t is -2.34, p 0.029: not at 1%";
  EXPECT_NE(at_one.metrics[4].reason.find("would be called at --level 0.05"), std::string::npos)
      << at_one.metrics[4].reason;
  EXPECT_NEAR(at_one.metrics[4].delta, -0.059, 0.001);

  SampleOptions options;
  options.level = 0.05;
  const SampleComparison at_five = compare_samples(file, options);
  EXPECT_EQ(at_five.metrics[0].verdict, kInconclusive);
  EXPECT_EQ(at_five.metrics[1].verdict, kInconclusive);
  EXPECT_EQ(at_five.metrics[2].verdict, kImproved);
  EXPECT_EQ(at_five.metrics[3].verdict, kInconclusive);
  EXPECT_EQ(at_five.metrics[4].verdict, kImproved);
}

TEST(WallSamples, ThatAreFarApartAreCalledByTheMetricsOwnDirection) {
  const Values low{100, 103, 99, 101, 98, 102, 100.5, 99.5},
      high{121, 118, 122, 119, 120, 123, 117, 120.5};
  EXPECT_EQ(judge(wall(low, high)).verdict, kRegressed);
  EXPECT_EQ(judge(wall(high, low)).verdict, kImproved);
  EXPECT_EQ(judge(wall(low, high, false)).verdict, kImproved);
  const MetricVerdict verdict = judge(wall(low, high));
  EXPECT_NEAR(verdict.delta, 0.2, 0.01);
  EXPECT_LT(verdict.low, verdict.delta);
  EXPECT_GT(verdict.high, verdict.delta);
  EXPECT_GT(verdict.low, 0);
  EXPECT_FALSE(verdict.need);
}

TEST(WallSamples, ThatAreTooFewSayHowManyAreMissing) {
  const MetricVerdict verdict = judge(wall(Values{100, 101, 102}, Values{200, 201, 202}));
  EXPECT_EQ(verdict.verdict, kInconclusive);
  EXPECT_GE(verdict.need.value_or(0), 2);
  EXPECT_NEAR(verdict.confidence, 0.9, 1e-9);
  const MetricVerdict single = judge(wall(Values{100}, Values{50}));
  EXPECT_EQ(single.verdict, kInconclusive);
  EXPECT_EQ(single.confidence, 0);
  EXPECT_LE(single.low, -1);
  EXPECT_TRUE(single.need);
}

TEST(WallSamples, ThatCannotDifferMuchAreUnchanged) {
  stats::Random random(4);
  const MetricVerdict same = judge(wall(noise(random, 1000, 2, 30), noise(random, 1000, 2, 30)));
  EXPECT_EQ(same.verdict, kUnchanged)
      << same.reason << " " << percent(same.low) << percent(same.high);
  EXPECT_EQ(judge(wall(Values(6, 7.0), Values(6, 7.0))).verdict, kUnchanged);
  EXPECT_EQ(judge(wall(Values(3, 7.0), Values(3, 7.0))).verdict, kInconclusive)
      << "three say nothing";
  EXPECT_EQ(judge(wall(Values(6, 0.0), Values(6, 0.0))).verdict, kUnchanged);
}

TEST(WallSamples, ThatDifferSurelyButByLittleAreNotCalled) {
  stats::Random random(5);
  const Metric metric = wall(noise(random, 1000, 0.5, 30), noise(random, 1003, 0.5, 30));
  const MetricVerdict verdict = judge(metric);
  EXPECT_LT(*verdict.p, 1e-6);
  EXPECT_EQ(verdict.verdict, kUnchanged);
  SampleOptions options;
  options.min_effect = 0.001;
  EXPECT_EQ(judge(metric, options).verdict, kRegressed);
}

TEST(WallSamples, ThatHangTogetherAreNotBelievedUnlessTheyAreSaidToBeIndependent) {
  const Values before{100, 101, 102, 103, 104, 105, 106, 107, 108, 107.5},
      after{104, 105, 106.5, 108, 109, 110, 112, 111, 112.5, 113};
  const MetricVerdict verdict = judge(wall(before, after));
  EXPECT_EQ(verdict.verdict, kInconclusive);
  EXPECT_FALSE(verdict.remarks.empty());
  Metric said = wall(before, after);
  said.sampling = Sampling::independent;
  EXPECT_EQ(judge(said).verdict, kRegressed) << judge(said).reason;
}

TEST(WallSamples, ThatComeSortedLookLikeDrift) {
  const Values before{1, 2, 3, 4, 5, 6, 7, 8}, after{11, 12, 13, 14, 15, 16, 17, 18};
  const MetricVerdict verdict = judge(wall(before, after));
  EXPECT_EQ(verdict.verdict, kInconclusive);
  EXPECT_FALSE(verdict.need);
  EXPECT_NE(verdict.reason.find("sorted list"), std::string::npos) << verdict.reason;
  EXPECT_EQ(judge(wall(before, after), independent()).verdict, kRegressed);
}

TEST(WallSamples, ThatLieFarApartAreBelievedInAnyOrder) {
  const Values before{1.0, 1.01, 1.02, 1.03, 1.04, 1.05}, after{2.0, 2.01, 2.02, 2.03, 2.04, 2.05};
  EXPECT_EQ(judge(wall(before, after)).verdict, kRegressed);
  EXPECT_EQ(judge(wall(after, before)).verdict, kImproved);
}

TEST(WallSamples, ThatNoNumberWouldSettleNeedNone) {
  const Values before{-1, -2, -3, -4, -5}, after{-1, -2, -3, -4, -6};
  const MetricVerdict verdict = judge(wall(before, after));
  EXPECT_EQ(verdict.verdict, kInconclusive);
  EXPECT_FALSE(verdict.need);
  EXPECT_NE(verdict.reason.find("no number of samples"), std::string::npos) << verdict.reason;
}

TEST(WallSamples, HaveTheirOdditiesSaidAloud) {
  const Values calm{100, 101, 99, 100.5, 99.5, 101.5, 98.5, 100.2, 99.8, 100.1};
  Values warm = calm;
  warm[0] = 150;
  const MetricVerdict warmed = judge(wall(warm, calm));
  ASSERT_EQ(warmed.remarks.size(), 1u);
  EXPECT_EQ(warmed.remarks[0], "before: the first 1 of 10 look like warm-up (+49.8%)");
  const Values two{100, 130, 100.5, 131, 99.5, 129, 100.2, 130.5, 99.8, 130.2, 100.1, 129.7};
  const MetricVerdict modes = judge(wall(calm, two));
  ASSERT_FALSE(modes.remarks.empty());
  EXPECT_EQ(modes.remarks[0], "after has two modes: 100.05 (50%) and 130.1");
}

TEST(WallSamples, AroundZeroAreComparedWithTheSideThatIsNot) {
  const Values zero(8, 0.0), some{5, 6, 5.5, 6.5, 5.2, 6.2, 5.7, 6.1};
  const MetricVerdict verdict = judge(wall(zero, some));
  EXPECT_EQ(verdict.delta, 1);
  EXPECT_EQ(verdict.verdict, kRegressed);
  EXPECT_EQ(judge(wall(some, zero)).delta, -1);
  EXPECT_TRUE(std::isfinite(verdict.low) && std::isfinite(verdict.high));
}

TEST(WallSamples, OfAnySizeGiveFiniteNumbers) {
  for (const double size : {1e-300, 1e300, 5e-324})
    for (const Metric& metric :
         {wall(Values{size, size, -size, size, size, 0}, Values{1, 1, 1e300, -1e300, 1, 2}),
          wall(MeanSd{size, size, 5}, MeanSd{-1e300, 1e300, 2})}) {
      const MetricVerdict verdict = judge(metric);
      for (const double v : {verdict.delta, verdict.low, verdict.high, *verdict.p})
        EXPECT_TRUE(std::isfinite(v));
    }
}

TEST(WallSamples, HaveAnIntervalThatAgreesWithTheirP) {
  stats::Random random(8);
  for (int round = 0; round < 200; ++round) {
    const int n = 5 + static_cast<int>(random.below(20));
    const double shift = 1 + 0.06 * random.uniform();
    const MetricVerdict verdict =
        judge(wall(noise(random, 100, 2, n), noise(random, 100 * shift, 2, n)),
              round % 2 == 0 ? SampleOptions{} : independent());
    EXPECT_EQ(*verdict.p <= 0.01, verdict.low > 0 || verdict.high < 0) << verdict.reason;
    EXPECT_LE(verdict.low, verdict.delta);
    EXPECT_GE(verdict.high, verdict.delta);
  }
}

TEST(WallSamples, FindATenthAndRaiseFewFalseAlarms) {
  stats::Random random(9);
  int alarms = 0, found = 0;
  for (int round = 0; round < 200; ++round) {
    const MetricVerdict same = judge(wall(noise(random, 100, 3, 12), noise(random, 100, 3, 12)));
    alarms += same.verdict == kImproved || same.verdict == kRegressed;
    found +=
        judge(wall(noise(random, 100, 3, 12), noise(random, 110, 3, 12))).verdict == kRegressed;
  }
  EXPECT_LE(alarms, 6);
  EXPECT_GE(found, 190);
}

TEST(WallSamples, SettleOnceTheNeededOnesAreThere) {
  stats::Random random(10);
  const MetricVerdict few = judge(wall(noise(random, 100, 4, 6), noise(random, 106, 4, 6)));
  ASSERT_TRUE(few.need) << few.reason;
  const int n = 6 + static_cast<int>(*few.need);
  int settled = 0;
  for (int round = 0; round < 20; ++round)
    settled +=
        judge(wall(noise(random, 100, 4, n), noise(random, 106, 4, n))).verdict == kRegressed;
  EXPECT_GE(settled, 16) << n << " per side";
}

TEST(WallSamples, InsideAPlaceboBandAreNotCalled) {
  stats::Random random(11);
  Metric metric = wall(noise(random, 100, 0.5, 20), noise(random, 103, 0.5, 20));
  EXPECT_EQ(judge(metric).verdict, kRegressed);
  metric.band = 0.05;
  const MetricVerdict verdict = judge(metric);
  EXPECT_EQ(verdict.verdict, kInconclusive);
  EXPECT_NE(verdict.reason.find("inside the placebo band of 5%"), std::string::npos)
      << verdict.reason;
}

TEST(MeansOfNothing, SayWhatIsMissing) {
  const MetricVerdict one = judge(wall(MeanSd{10, 1, 1}, MeanSd{12, 1, 5}));
  EXPECT_EQ(one.verdict, kInconclusive);
  EXPECT_EQ(one.need.value_or(0) > 0, true);
  EXPECT_EQ(judge(wall(MeanSd{10, 0, 8}, MeanSd{12, 0, 8})).verdict, kRegressed)
      << "without spread all values are known";
  EXPECT_EQ(judge(wall(MeanSd{10, 0, 8}, MeanSd{10, 0, 8})).verdict, kUnchanged);
  EXPECT_EQ(judge(wall(MeanSd{10, 0.1, 8}, Values{12, 12.1, 11.9, 12.2})).verdict, kRegressed)
      << "a mean against values";
}

}  // namespace compare
