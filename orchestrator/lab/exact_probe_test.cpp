// SPDX-License-Identifier: Apache-2.0
#include "lab/exact_probe.h"

#include <gtest/gtest.h>

namespace lab {

TEST(ExactProbe, ReadsWhatTheProbePrints) {
  const auto turns = parse_turns("vcpus 2\nchanges 546\nleast 97\norder 00ff\n");
  ASSERT_TRUE(turns);
  EXPECT_EQ(turns->vcpus, 2);
  EXPECT_EQ(turns->order, "00ff");
  EXPECT_TRUE(turns->fair());
  EXPECT_EQ(turns->text(), "2 busy vCPUs change places 546 times in 100 ms, the poorest gets 97% of its share");
}

TEST(ExactProbe, CallsAQemuThatLetsOneVcpuRunUnfair) {
  EXPECT_FALSE(parse_turns("vcpus 2\nchanges 2\nleast 50\norder 1\n")->fair());
  EXPECT_FALSE(parse_turns("vcpus 2\nchanges 500\nleast 1\norder 1\n")->fair());
  EXPECT_TRUE(parse_turns("vcpus 1\nchanges 1\nleast 100\norder 1\n")->fair()) << "one has nobody to share with";
}

TEST(ExactProbe, TakesNothingElseForAnAnswer) {
  for (const char* text : {"", "vcpus 2\n", "vcpus 2\nchanges -1\nleast 1\norder 1\n", "vcpus x\nchanges 1\nleast 1\norder 1\n",
                           "vcpus 2\nchanges 1\nleast 1\norder 1\nmore 1\n", "vcpus 2 3\nchanges 1\nleast 1\norder 1\n"})
    EXPECT_FALSE(parse_turns(text)) << text;
}

TEST(ExactProbe, IsATestOfThePlanThatStaysSilentByTheClock) {
  const std::string text = vcpu_plan(5).text();
  EXPECT_NE(text.find("heartbeat_ms 0\n"), std::string::npos);
  EXPECT_NE(text.find("program=/init"), std::string::npos);
}

}  // namespace lab
