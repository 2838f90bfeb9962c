// SPDX-License-Identifier: Apache-2.0
#include "scenario/load.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/text.h"
#include "scenario/resolve.h"

namespace scenario {
namespace {

const base::fs::path kData = VMLAB_SOURCE_DIR "/orchestrator/scenario/testdata";

std::string text_of(const base::Diagnostics& diagnostics) {
  std::string out;
  for (const base::Diagnostic& diagnostic : diagnostics) out += diagnostic.text() + "\n";
  return out;
}

model::Scenario must_parse(std::string_view text) {
  auto scenario = parse_scenario(text, "x.yaml");
  EXPECT_TRUE(scenario) << text_of(scenario.error());
  return scenario ? *scenario : model::Scenario{};
}

std::string mistakes(std::string_view text) {
  const auto scenario = parse_scenario(text, "x.yaml");
  EXPECT_FALSE(scenario) << "accepted: " << text;
  return scenario ? "" : text_of(scenario.error());
}

}  // namespace

// VMLAB_UPDATE=1 rewrites the expected texts.
TEST(Mistakes, AreReportedAsTheGoldenFilesSay) {
  int seen = 0;
  for (const auto& entry : base::fs::directory_iterator(kData)) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string text = *base::read_file(entry.path());
    const std::string name = entry.path().filename().string();
    const auto scenario = parse_scenario(text, name);
    const std::string found = scenario ? "no mistakes\n" : text_of(scenario.error());
    base::fs::path golden = entry.path();
    golden.replace_extension(".txt");
    if (std::getenv("VMLAB_UPDATE") != nullptr) ASSERT_TRUE(base::write_file_atomic(golden, found));
    const auto expected = base::read_file(golden);
    ASSERT_TRUE(expected) << golden;
    EXPECT_EQ(found, *expected) << name;
    ++seen;
  }
  EXPECT_GE(seen, 5);
}

TEST(Scenario, NeedsLittleAndFillsInTheRest) {
  const auto scenario = must_parse("tests: [{run: gup_longterm}]");
  EXPECT_EQ(scenario.name, "x");
  EXPECT_EQ(scenario.kernel.source.text(), "debian:6.12");
  EXPECT_EQ(scenario.selftests.source, scenario.kernel.source);
  EXPECT_EQ(scenario.machines, model::machine_ids());
  ASSERT_EQ(scenario.tests.size(), 1u);
  EXPECT_EQ(scenario.tests[0].id, "mm/gup_longterm");
  EXPECT_EQ(scenario.tests[0].program, "gup_longterm");
}

TEST(Scenario, ReadsEveryKey) {
  const auto s = must_parse(R"(
name: all-keys
description: every key once
kernel:
  source: debian:6.12
  config: {base: def, fragments: [debug-vm], options: {KASAN: y, CONFIG_LOG_BUF_SHIFT: 20, CMDLINE: "a b"}}
selftests: {source: debian:7.3}
machines: [arm64, x86_64]
guest: {memory: 3G, vcpus: 2, nodes: 2, command_line: hugepagesz=1G, per_machine: {arm64: {memory: 4G}}}
pools:
  sizes: {x86_64: {2M: 64, 1G: 1}, arm64: {64K: 16, 2M: {0: 8, 1: 8}}}
isolation: test
clock: instructions
seed: 7
tests:
  - id: mm/stress
    run: uffd-stress anon 20 16
    collection: mm
    also_called: userfaultfd
    optional: true
    environment: {A: b c}
    dialect: uffd_stress
    limit: 2m
    floods_console: true
    expected_log: {"MCE: Killing*": 12304, "Memory failure: *": any}
    needs:
      memory: 2G
      vcpus: 2
      hugepages: sizes
      swap: 256M
      filesystem: xfs
      config: [CONFIG_GUP_TEST]
      features: thp
      settings: {/proc/sys/vm/overcommit_memory: 1}
    per_machine:
      arm64: {limit: 5m, arguments: anon 10 4}
    per_selftests:
      "debian:7.*": {limit: 3m, per_machine: {arm64: {limit: 7m}}}
expects: {mm/stress: {"*": hang, arm64: crash}, boot: {arm64: crash}}
retries: 4
dump_on_hang: true
known_failures:
  - {test: "mm/stress*", machine: arm64, outcomes: [hang], selftests: ["debian:6.*"], reason: slow, link: here, expires: 2027-01-31}
)");
  EXPECT_EQ(s.kernel.base_config, "def");
  ASSERT_EQ(s.kernel.options.size(), 3u);
  EXPECT_EQ(s.kernel.options[1], (model::ConfigOption{"LOG_BUF_SHIFT", "20"}));
  EXPECT_EQ(s.kernel.options[2], (model::ConfigOption{"CMDLINE", "\"a b\""}));
  EXPECT_EQ(s.selftests.source.text(), "debian:7.3");
  EXPECT_EQ(s.machines, (std::vector<std::string>{"x86_64", "arm64"}));
  EXPECT_EQ(guest_for(s, *model::find_machine("arm64")).memory_bytes, std::uint64_t{4} << 30);
  EXPECT_EQ(guest_for(s, *model::find_machine("arm64")).numa_nodes, 2);
  EXPECT_EQ(s.seed, 7u);
  const auto& raw = s.tests.at(0);
  EXPECT_TRUE(raw.optional);
  const auto arm = for_machine(raw, "arm64", "debian:6.12"), x86 = for_machine(raw, "x86_64", "debian:6.12");
  EXPECT_EQ(arm.limit, std::chrono::minutes(5));
  EXPECT_EQ(x86.limit, std::chrono::minutes(2));
  EXPECT_EQ(arm.arguments, (std::vector<std::string>{"anon", "10", "4"}));
  EXPECT_EQ(x86.arguments, (std::vector<std::string>{"anon", "20", "16"}));
  EXPECT_EQ(for_machine(raw, "x86_64", "debian:7.3").limit, std::chrono::minutes(3));
  EXPECT_EQ(for_machine(raw, "arm64", "debian:7.3").limit, std::chrono::minutes(7));
  EXPECT_EQ(arm.needs.settings.at("/proc/sys/vm/overcommit_memory"), "1");
  ASSERT_EQ(arm.needs.hugepages.size(), 3u);
  EXPECT_EQ(arm.needs.hugepages[2], (model::HugePagePool{2 << 20, 1, 8}));
  ASSERT_EQ(x86.needs.hugepages.size(), 2u);
  EXPECT_EQ(x86.needs.config, std::vector<std::string>{"GUP_TEST"});
  EXPECT_EQ(x86.expected_log.size(), 2u);
  EXPECT_EQ(x86.expected_log_counts, (std::map<std::string, std::uint64_t>{{"MCE: Killing*", 12304}}));
  ASSERT_EQ(s.expects.size(), 3u);
  EXPECT_EQ(s.expects[0].outcome, "hang");
  EXPECT_EQ(s.expects[0].machine, "*");
  EXPECT_EQ(s.expects[1].machine, "arm64");
  EXPECT_EQ(s.expects[1].outcome, "crash");
  EXPECT_EQ(s.expects[2].test, "boot");
  EXPECT_EQ(s.retries, 4);
  EXPECT_TRUE(s.dump_on_hang);
  ASSERT_EQ(s.known_failures.size(), 1u);
  EXPECT_EQ(s.known_failures[0].outcomes, std::vector<std::string>{"hang"});
  EXPECT_EQ(s.known_failures[0].selftests, std::vector<std::string>{"debian:6.*"});
}

TEST(Scenario, GivesGuestsTheMemoryTheirTestsNeed) {
  const auto s = must_parse("tests: [{run: mremap_test, needs: {memory: 5G}, unfit: {ppc32-e500: 32 bits}}]");
  EXPECT_EQ(guest_for(s, *model::find_machine("x86_64")).memory_bytes, std::uint64_t{5} << 30);
  EXPECT_EQ(guest_for(s, *model::find_machine("ppc32-e500")).memory_bytes, std::uint64_t{1} << 30);
}

TEST(Mistakes, ATestInTheScratchFileSystemNeedsOne) {
  EXPECT_NE(mistakes("tests: [{run: cow, in_scratch: true}]\n").find("write `needs: {filesystem: ext4}` or `xfs`"),
            std::string::npos);
  EXPECT_TRUE(must_parse("tests: [{run: cow, user: nobody}]").tests.at(0).as_nobody);
  EXPECT_TRUE(must_parse("tests: [{run: cow, in_scratch: true, needs: {filesystem: xfs}}]").tests.at(0).in_scratch);
}

TEST(Mistakes, OfSyntaxHaveTheirPlace) {
  EXPECT_NE(mistakes("name: a\ntests: [\n").find("x.yaml:3:1: not YAML"), std::string::npos);
  EXPECT_NE(mistakes("").find("x.yaml:1:1: the file is empty"), std::string::npos);
  EXPECT_NE(mistakes("- a\n- b\n").find("a scenario must be a map, not a list"), std::string::npos);
}

TEST(Hostile, DepthSizeAndAliasesAreBounded) {
  for (const char* opening : {"[", "{a: ", "- ", "? ", "&a [*a, "}) {
    std::string deep;
    while (deep.size() < 60'000) deep += opening;
    EXPECT_FALSE(parse_scenario(deep, "x.yaml"));
  }
  EXPECT_NE(mistakes(std::string((1 << 20) + 1, ' ')).find("such a file is at most 1M long"), std::string::npos);
  std::string bomb = "machines: &a [x86_64";
  for (int i = 0; i < 2000; ++i) bomb += ", x86_64";
  bomb += "]\ntests:\n";
  for (int i = 0; i < 2000; ++i) bomb += "  - {run: p" + std::to_string(i) + ", expected_log: *a}\n";
  EXPECT_NE(mistakes(bomb).find("more than 100000 values"), std::string::npos);
}

TEST(Shipped, EveryScenarioLoads) {
  int seen = 0;
  for (const auto& entry : base::fs::recursive_directory_iterator(VMLAB_SOURCE_DIR "/scenarios")) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "known-failures.yaml") continue;
    const auto scenario = load_scenario(entry.path(), {.fragments = VMLAB_SOURCE_DIR "/images/config"});
    EXPECT_TRUE(scenario) << text_of(scenario.error());
    ++seen;
  }
  EXPECT_GE(seen, 1);
}

}  // namespace scenario
