// SPDX-License-Identifier: Apache-2.0
#include "scenario/select.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "scenario/load.h"

namespace scenario {
namespace {

std::vector<std::shared_ptr<const model::Scenario>> scenarios(std::string_view text) {
  auto scenario = parse_scenario(text, "x.yaml");
  EXPECT_TRUE(scenario) << scenario.error().front().text();
  return {std::make_shared<const model::Scenario>(std::move(*scenario))};
}

constexpr std::string_view kThree = R"(
machines: [x86_64, arm64, ppc32-e500]
tests:
  - run: gup_longterm
  - run: cow
  - {run: uffd-stress anon 20 16, id: mm/uffd-stress anon}
  - {run: hugetlb-soft-offline, unfit: {ppc32-e500: no MEMORY_FAILURE}}
  - {run: mremap_test, needs: {vcpus: 4}, per_machine: {ppc32-e500: {needs: {vcpus: 1}}}}
)";

std::string first_mistake(const Selection& selection) {
  const auto jobs = select_jobs(scenarios(kThree), selection);
  EXPECT_FALSE(jobs);
  return jobs ? "" : jobs.error().front().text();
}

std::set<std::string> planned(const std::vector<JobRequest>& jobs) {
  std::set<std::string> out;
  for (const JobRequest& job : jobs) {
    for (const model::TestSpec& test : job.tests) EXPECT_TRUE(out.insert(fmt::format("{} {}", job.machine->id, test.id)).second);
    for (const UnfitTest& t : job.unfit) EXPECT_TRUE(out.insert(fmt::format("{} {}", job.machine->id, t.test.id)).second);
  }
  return out;
}

}  // namespace

TEST(Selection, GivesEachTestAGuestOfItsOwnWhereGuestsCanBeCopied) {
  const auto isolation = [](std::string_view text, Selection selection = {}) {
    const auto jobs = select_jobs(scenarios(text), selection);
    std::string words;
    for (const JobRequest& job : *jobs) words += std::string(model::to_string(job.isolation)) + " ";
    return words;
  };
  EXPECT_EQ(isolation(kThree), "test test suite ");
  EXPECT_EQ(isolation(kThree, {.clock = model::Clock::instructions}), "suite suite suite ");
  EXPECT_EQ(isolation(kThree, {.isolation = model::Isolation::suite}), "suite suite suite ");
  EXPECT_EQ(isolation("isolation: suite\nmachines: [x86_64]\ntests: [{run: cow}]\n"), "suite ");
  EXPECT_EQ(isolation("isolation: test\nmachines: [ppc32-e500]\ntests: [{run: cow}]\n"), "test ");
}

TEST(Selection, WithoutWordsIsTheWholeMatrix) {
  const auto jobs = select_jobs(scenarios(kThree), {});
  ASSERT_TRUE(jobs);
  ASSERT_EQ(jobs->size(), 3u);
  EXPECT_EQ(planned(*jobs).size(), 15u);
  EXPECT_EQ((*jobs)[0].tests.size(), 5u);
  EXPECT_EQ((*jobs)[0].guest.vcpus, 4);
  ASSERT_EQ((*jobs)[2].unfit.size(), 1u);
  EXPECT_EQ((*jobs)[2].unfit[0].reason, "no MEMORY_FAILURE");
  EXPECT_EQ((*jobs)[2].guest.vcpus, 1);
}

TEST(Selection, NarrowsByArchMachineAndTest) {
  const auto count = [&](Selection selection) {
    const auto jobs = select_jobs(scenarios(kThree), selection);
    EXPECT_TRUE(jobs) << jobs.error().front().text();
    return jobs ? planned(*jobs).size() : 0;
  };
  EXPECT_EQ(count({.archs = {"aarch64"}}), 5u);
  EXPECT_EQ(count({.archs = {"ppc32"}, .machines = {"x86*"}}), 10u);
  EXPECT_EQ(count({.machines = {"ppc*"}, .tests = {"cow"}}), 1u);
  EXPECT_EQ(count({.tests = {"mm/*stress*", "gup*"}}), 6u);
  EXPECT_EQ(count({.tests = {"mm/cow/Basic COW after fork() with memfd"}}), 3u);
}

TEST(Selection, OffersTheNearestNameWhenNothingMatches) {
  EXPECT_EQ(first_mistake({.archs = {"arm46"}}), "unknown architecture `arm46`\n  did you mean `arm64`?");
  EXPECT_EQ(first_mistake({.archs = {"ppc64-hash4k"}}),
            "unknown architecture `ppc64-hash4k`\n  it is a machine: `--machine ppc64-hash4k`");
  EXPECT_EQ(first_mistake({.archs = {"ppc64"}}),
            "no machine of the scenario is `ppc64`\n  add one to its `machines`, or ask for another architecture");
  EXPECT_EQ(first_mistake({.machines = {"x86"}}), "unknown machine `x86`\n  possible are x86_64, arm64, ppc64-hash4k, ppc64-radix4k and ppc32-e500");
  EXPECT_EQ(first_mistake({.machines = {"ppc64-hash4k"}}),
            "`ppc64-hash4k` is not among the scenario's machines\n  possible are x86_64, arm64 and ppc32-e500");
  EXPECT_EQ(first_mistake({.machines = {"ppc64"}}), "unknown machine `ppc64`\n  it is an architecture: `--arch ppc64`");
  EXPECT_EQ(first_mistake({.tests = {"gup_longtrem"}}), "no test matches `gup_longtrem`\n  did you mean `gup_longterm`?");
  EXPECT_EQ(first_mistake({.tests = {"mm/cov"}}), "no test matches `mm/cov`\n  did you mean `mm/cow`?");
}

TEST(Selection, OverridesWhatTheScenarioSays) {
  Selection selection;
  selection.kernel = *model::parse_source("debian:7.3");
  selection.patches = {"a.patch"};
  selection.clock = model::Clock::instructions;
  selection.seed = 9;
  auto jobs = select_jobs(scenarios(kThree), selection);
  ASSERT_TRUE(jobs);
  EXPECT_EQ((*jobs)[0].kernel.source.text(), "debian:7.3");
  EXPECT_EQ((*jobs)[0].selftests.source.text(), "debian:7.3");
  EXPECT_EQ((*jobs)[0].kernel.patches, std::vector<std::string>{"a.patch"});
  EXPECT_EQ((*jobs)[0].clock, model::Clock::instructions);
  EXPECT_EQ((*jobs)[0].seed, 9u);
  selection.selftests = *model::parse_source("debian:6.12");
  jobs = select_jobs(scenarios(kThree), selection);
  EXPECT_EQ((*jobs)[0].selftests.source.text(), "debian:6.12");
}

TEST(Selection, CallsATestUnfitWhenTheGuestIsSmallerThanItNeeds) {
  const auto jobs = select_jobs(scenarios("guest: {memory: 2G}\nmachines: arm64\n"
                                          "tests: [{run: mremap_test, needs: {memory: 5G}}]"), {});
  ASSERT_TRUE(jobs);
  ASSERT_EQ((*jobs)[0].unfit.size(), 1u);
  EXPECT_EQ((*jobs)[0].unfit[0].reason, "needs 5G of memory, the scenario's guest has 2G");
}

TEST(Shards, TogetherAreTheWholeAndNoTestIsInTwo) {
  std::string many = "tests:\n";
  for (int i = 0; i < 60; ++i) many += fmt::format("  - run: test{}\n", i);
  const auto loaded = scenarios(many);
  const auto whole = planned(*select_jobs(loaded, {}));
  for (const int count : {1, 2, 7}) {
    std::set<std::string> together;
    for (int k = 1; k <= count; ++k) {
      const auto part = planned(*select_jobs(loaded, {.shard = {k, count}}));
      EXPECT_LT(part.size(), whole.size() * 2 / static_cast<std::size_t>(count) + 1) << "lopsided";
      for (const std::string& test : part) EXPECT_TRUE(together.insert(test).second) << test;
    }
    EXPECT_EQ(together, whole);
  }
}

TEST(Shards, AreReadStrictly) {
  EXPECT_EQ(parse_shard("2/4")->index, 2);
  for (const char* bad : {"", "1", "0/4", "5/4", "1/0", "a/b", "1/2/3", "-1/4"}) EXPECT_FALSE(parse_shard(bad)) << bad;
}

TEST(Commands, OfRunVmtestsBecomeTestsWithTheirOwnNeeds) {
  const auto loaded = scenarios(R"(
machines: [x86_64, ppc64-hash4k]
pools: {default: {x86_64: {2M: 128}, ppc64-hash4k: {16M: 16}}}
tests:
  - from: run_vmtests
    categories: [gup_test, cow]
    needs: {hugepages: default}
    limit: 5m
    per_command:
      "gup_test *": {limit: 1m, per_machine: {ppc64-*: {limit: 2m}}}
      cow: {needs: {swap: 512M}}
)");
  auto jobs = *select_jobs(loaded, {});
  ASSERT_EQ(jobs.size(), 2u);
  const std::vector<Command> list = {{"gup_test", {"-u"}}, {"cow", {}}, {"cow", {}}};
  for (JobRequest& job : jobs) add_commands(job, job.vmtests.at(0), list);
  ASSERT_EQ(jobs[1].tests.size(), 3u);
  EXPECT_EQ(jobs[1].tests[0].id, "mm/gup_test -u");
  EXPECT_EQ(jobs[0].tests[0].limit, std::chrono::minutes(1));
  EXPECT_EQ(jobs[1].tests[0].limit, std::chrono::minutes(2));
  EXPECT_EQ(jobs[0].tests[1].limit, std::chrono::minutes(5));
  EXPECT_EQ(jobs[0].tests[1].needs.swap_bytes, std::uint64_t{512} << 20);
  EXPECT_EQ(jobs[1].tests[1].needs.hugepages, (std::vector<model::HugePagePool>{{16 << 20, -1, 16}}));
  EXPECT_EQ(jobs[1].tests[2].id, "mm/cow #2");
  EXPECT_TRUE(jobs[1].tests[2].optional);
}

}  // namespace scenario
