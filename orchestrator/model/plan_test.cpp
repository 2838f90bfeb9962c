// SPDX-License-Identifier: Apache-2.0
#include "model/plan.h"

#include <gtest/gtest.h>

namespace model {

TEST(Plan, IsReadableTextWithEveryOddByteEscaped) {
  Plan plan;
  plan.seed = 7;
  plan.tests.push_back({.index = 0,
                        .id = "mm/uffd-stress anon",
                        .directory = "/vmlab/selftests/mm",
                        .program = "./uffd-stress",
                        .arguments = {"anon", "20", ""},
                        .environment = {{"A", "b c"}},
                        .hugepages = {{.page_bytes = 2097152, .node = -1, .pages = 64}},
                        .swap_bytes = 4096,
                        .filesystem = ScratchFs::xfs,
                        .guest_limit_ms = 1000,
                        .floods_console = true,
                        .settings = {{"/proc/sys/vm/overcommit_memory", "1"}}});
  plan.tests[0].as_nobody = true;
  EXPECT_EQ(plan.text(),
            "vmlab-plan 1\nseed 7\nheartbeat_ms 1000\ninteractive 0\n"
            "test index=0 id=mm/uffd-stress%20anon dir=/vmlab/selftests/mm program=./uffd-stress "
            "limit_ms=1000 flood=1 swap=4096 fs=xfs\nuser 65534\n"
            "arg anon\narg 20\narg %\nenv A b%20c\npool size=2097152 node=-1 pages=64\nset /proc/sys/vm/overcommit_memory 1\nend\ngo\n");
}

TEST(Plan, SaysWhatTheSeedMovesInVersion2Only) {
  Plan plan;
  plan.seed = 7;
  plan.heartbeat_ms = 0;
  EXPECT_EQ(plan.text(), "vmlab-plan 1\nseed 7\nheartbeat_ms 0\ninteractive 0\ngo\n");
  plan.perturb = Perturb::hunt;
  EXPECT_EQ(plan.text(), "vmlab-plan 2\nseed 7\nheartbeat_ms 0\ninteractive 0\nperturb 2\ngo\n");
}

}  // namespace model
