// SPDX-License-Identifier: Apache-2.0
#include "triage/expected.h"

#include <gtest/gtest.h>

namespace {

triage::Report titled(std::string title) {
  triage::Report report;
  report.title = std::move(title);
  return report;
}

TEST(ExpectedSplats, AnAnnouncedReportIsExpectedAsOftenAsAnnounced) {
  triage::ExpectedSplats splats;
  ASSERT_TRUE(splats.announce("^WARNING in memory_failure$", 2));
  for (bool wanted : {true, true, false}) {
    auto report = titled("WARNING in memory_failure");
    EXPECT_EQ(splats.claim(report), wanted);
    EXPECT_EQ(report.expected, wanted);
  }
  ASSERT_EQ(splats.uses().size(), 1u);
  EXPECT_EQ(splats.uses()[0].seen, 3u);
}

TEST(ExpectedSplats, AnythingElseIsNews) {
  triage::ExpectedSplats splats;
  ASSERT_TRUE(splats.announce("memory_failure", 9));
  auto report = titled("kernel BUG in follow_page_mask");
  EXPECT_FALSE(splats.claim(report));
  EXPECT_FALSE(report.expected);
}

TEST(ExpectedSplats, APatternThatIsBrokenOrMatchesEverythingIsRefused) {
  triage::ExpectedSplats splats;
  EXPECT_FALSE(splats.announce("("));
  EXPECT_FALSE(splats.announce(".*"));
  EXPECT_FALSE(splats.announce(""));
}

TEST(ExpectedSplats, ALaterAnnouncementTakesWhatTheFirstHasNoRoomFor) {
  triage::ExpectedSplats splats;
  ASSERT_TRUE(splats.announce("WARNING in a", 1));
  ASSERT_TRUE(splats.announce("WARNING", 1));
  auto one = titled("WARNING in a"), two = titled("WARNING in a"), three = titled("WARNING in a");
  EXPECT_TRUE(splats.claim(one));
  EXPECT_TRUE(splats.claim(two));
  EXPECT_FALSE(splats.claim(three));
}

}  // namespace
