// SPDX-License-Identifier: Apache-2.0
#include "triage/triage.h"

#include <gtest/gtest.h>

namespace {

TEST(Triage, AnEmptyTextHasNoReports) { EXPECT_TRUE(triage::triage_text("").empty()); }

}  // namespace
