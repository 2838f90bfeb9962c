// SPDX-License-Identifier: Apache-2.0
#include "runner/cross_check.h"

#include <gtest/gtest.h>

namespace runner {
namespace {

using model::Outcome;

std::vector<model::CaseResult> cases(std::initializer_list<std::pair<const char*, Outcome>> list) {
  std::vector<model::CaseResult> results;
  for (const auto& [id, outcome] : list) {
    model::CaseResult result;
    result.id = id;
    result.outcome = outcome;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace

TEST(CrossCheck, EqualOutcomesAreNoDifferenceWhateverTheirOrder) {
  EXPECT_FALSE(difference(cases({{"a", Outcome::pass}, {"b", Outcome::unfit}}), cases({{"b", Outcome::unfit}, {"a", Outcome::pass}})));
}

TEST(CrossCheck, NamesWhatDiffersAndWhatIsNotThere) {
  EXPECT_EQ(difference(cases({{"a", Outcome::pass}, {"b", Outcome::pass}}), cases({{"a", Outcome::fail}, {"c", Outcome::pass}})),
            "a: pass in a copy, fail in a booted guest; b: pass in a copy, not reported in a booted guest; "
            "c: not reported in a copy, pass in a booted guest");
}

TEST(CrossCheck, NamesAFewOfMany) {
  const auto text = difference(cases({{"a", Outcome::pass}, {"b", Outcome::pass}, {"c", Outcome::pass}, {"d", Outcome::pass},
                                      {"e", Outcome::pass}}),
                               cases({}));
  ASSERT_TRUE(text);
  EXPECT_TRUE(text->ends_with("; and 2 more")) << *text;
}

}  // namespace runner
