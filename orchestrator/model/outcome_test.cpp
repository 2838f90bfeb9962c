// SPDX-License-Identifier: Apache-2.0
#include "model/outcome.h"

#include <gtest/gtest.h>

namespace model {

TEST(Outcome, NamesRoundTrip) {
  for (const Outcome outcome : all_outcomes()) EXPECT_EQ(outcome_from(to_string(outcome)), outcome);
  EXPECT_EQ(outcome_from("green"), std::nullopt);
}

TEST(Outcome, MergesByTheFixedPriority) {
  const std::string_view order[] = {"crash", "hang", "fail", "boot_fail", "build_fail", "infra", "missing",
                                    "xpass", "pass", "xfail", "unfit", "skip"};
  for (std::size_t i = 0; i < std::size(order); ++i)
    for (std::size_t j = i; j < std::size(order); ++j) {
      OutcomeCounts counts;
      counts.add(*outcome_from(order[j]));
      counts.add(*outcome_from(order[i]));
      EXPECT_EQ(counts.merged(), outcome_from(order[i]));
      EXPECT_EQ(counts.total(), 2u);
    }
}

TEST(Outcome, TheHostsTroubleIsNeverAVerdict) {
  EXPECT_EQ(verdict_of(Outcome::infra), Verdict::none);
  OutcomeCounts counts;
  counts.add(Outcome::infra);
  counts.add(Outcome::unfit);
  EXPECT_FALSE(counts.any_bad());
  counts.add(Outcome::missing);
  EXPECT_TRUE(counts.any_bad());
}

}  // namespace model
