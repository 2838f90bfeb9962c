// SPDX-License-Identifier: Apache-2.0
#include "lab/vmtests.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

// A tree whose list has one of each kind.
constexpr const char* kScript = R"(
CATEGORY="hugetlb" run_test ./hugepage-mmap
CATEGORY="userfaultfd" run_test ./uffd-stress anon 20 16
CATEGORY="userfaultfd" run_test ./uffd-stress anon 20 16
CATEGORY="mmap" run_test ./map_populate
CATEGORY="memfd_secret" run_test ./memfd_secret
CATEGORY="migration" run_test ./migration
)";

scenario::JobRequest job_on(std::string_view machine) {
  auto scenario = std::make_shared<model::Scenario>();
  scenario->name = "all";
  scenario::JobRequest job;
  job.scenario = scenario;
  job.machine = model::find_machine(machine);
  job.guest = {.memory_bytes = std::uint64_t{2} << 30, .vcpus = 2, .numa_nodes = 1, .command_line = {}};
  job.vmtests.emplace_back();
  return job;
}

const scenario::UnfitTest* unfit(const scenario::JobRequest& job, const std::string& id) {
  for (const scenario::UnfitTest& test : job.unfit)
    if (test.test.id == id) return &test;
  return nullptr;
}

std::vector<std::string> ids(const scenario::JobRequest& job) {
  std::vector<std::string> all;
  for (const model::TestSpec& test : job.tests) all.push_back(test.id);
  return all;
}

TEST(ExpandVmtests, GivesEachCommandAnIdOfItsOwnAndWhatTheTableSaysItNeeds) {
  auto job = job_on("x86_64");
  ASSERT_TRUE(expand_vmtests(job, {.run_vmtests = kScript, .source = "debian:6.12"}));
  EXPECT_EQ(ids(job), (std::vector<std::string>{"mm/hugepage-mmap", "mm/uffd-stress anon 20 16", "mm/uffd-stress anon 20 16 (2)",
                                                "mm/map_populate", "mm/memfd_secret"}));
  EXPECT_FALSE(job.tests[0].needs.hugepages.empty());
  const auto* migration = unfit(job, "mm/migration");
  ASSERT_NE(migration, nullptr);
  EXPECT_EQ(migration->reason, "needs 2 NUMA nodes, the scenario's guest has 1");
}

TEST(ExpandVmtests, TakesACategoryThatTheScriptNeverNamesForAMistake) {
  auto job = job_on("x86_64");
  job.vmtests.front().categories = {"hugetbl"};
  job.vmtests.front().base.line = 7;
  const auto remarks = expand_vmtests(job, {.run_vmtests = kScript, .source = "debian:6.12"});
  ASSERT_FALSE(remarks);
  EXPECT_EQ(remarks.error().line, 7);
  EXPECT_EQ(remarks.error().message, "run_vmtests.sh of debian:6.12 has no category 'hugetbl'");
  EXPECT_EQ(remarks.error().hint, "did you mean hugetlb?");
}

TEST(ExpandVmtests, ReservesNoHugePagesOnTheE500) {
  auto job = job_on("ppc32-e500");
  ASSERT_TRUE(expand_vmtests(job, {.run_vmtests = kScript, .source = "debian:6.12"}));
  for (const model::TestSpec& test : job.tests) EXPECT_TRUE(test.needs.hugepages.empty()) << test.id;
}

TEST(DropWithoutConfig, MakesUnfitWhatTheKernelCannotDoAndSaysWhy) {
  auto job = job_on("x86_64");
  ASSERT_TRUE(expand_vmtests(job, {.run_vmtests = kScript, .source = "debian:6.12"}));
  drop_without_config(job, "CONFIG_HUGETLBFS=y\nCONFIG_USERFAULTFD=m\n# CONFIG_SECRETMEM is not set\n");
  EXPECT_EQ(ids(job), (std::vector<std::string>{"mm/hugepage-mmap", "mm/uffd-stress anon 20 16", "mm/uffd-stress anon 20 16 (2)",
                                                "mm/map_populate"}));
  const auto* secret = unfit(job, "mm/memfd_secret");
  ASSERT_NE(secret, nullptr);
  EXPECT_EQ(secret->reason, "the kernel lacks CONFIG_SECRETMEM");
}

}  // namespace
}  // namespace lab
