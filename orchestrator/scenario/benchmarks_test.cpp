// SPDX-License-Identifier: Apache-2.0
#include "scenario/benchmarks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "base/file.h"
#include "scenario/load.h"
#include "scenario/resolve.h"

namespace scenario {
namespace {

using testing::HasSubstr;

std::expected<model::Scenario, base::Diagnostics> parse(const std::string& text) {
  return parse_scenario(text, "x.yaml", {});
}

TEST(Benchmarks, AreTestsOfOneProgram) {
  const auto scenario = parse("benchmarks: [fault-anon, swap]\nmachines: [x86_64]\n");
  ASSERT_TRUE(scenario) << scenario.error().front().text();
  ASSERT_EQ(scenario->tests.size(), 2u);
  EXPECT_EQ(scenario->tests[0].id, "bench/fault-anon");
  EXPECT_EQ(scenario->tests[0].program, "vmlab-bench");
  EXPECT_EQ(scenario->tests[0].dialect, model::Dialect::benchmark);
  EXPECT_EQ(scenario->tests[1].needs.swap_bytes, 256u << 20);
}

TEST(Benchmarks, MayBeNamedByAGlobAndDifferByMachine) {
  const auto scenario = parse("benchmarks: [{run: 'fault-*', limit: 5m}]\nmachines: [x86_64, ppc64-hash4k]\n");
  ASSERT_TRUE(scenario) << scenario.error().front().text();
  ASSERT_EQ(scenario->tests.size(), 5u);
  EXPECT_EQ(scenario->tests[0].limit, std::chrono::minutes(5));
  const model::TestSpec here = for_machine(scenario->tests[4], "x86_64", "debian:6.12");
  ASSERT_EQ(here.needs.hugepages.size(), 1u);
  EXPECT_EQ(here.needs.hugepages[0].pages, 32u);
  EXPECT_TRUE(for_machine(scenario->tests[4], "ppc64-hash4k", "debian:6.12").needs.hugepages.empty());
}

TEST(Benchmarks, ThatDoNotExistOrComeTwiceAreMistakes) {
  const auto unknown = parse("benchmarks: [falt-anon]\n");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().front().text(), HasSubstr("x.yaml:1:14: there is no benchmark `falt-anon`"));
  EXPECT_THAT(unknown.error().front().text(), HasSubstr("fault-anon"));
  const auto twice = parse("benchmarks: [gup, all]\n");
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().front().message, HasSubstr("listed twice"));
}

TEST(Benchmarks, AreThoseTheProgramHas) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "bench-").value();
  const std::string make = "make -s -C " VMLAB_SOURCE_DIR "/guest-tools/bench OUT=" + folder.path().string() + " && " +
                           folder.path().string() + "/vmlab-bench --list";
  FILE* list = ::popen(make.c_str(), "r");
  ASSERT_NE(list, nullptr);
  std::string text;
  for (char block[4096]; const std::size_t n = std::fread(block, 1, sizeof block, list);) text.append(block, n);
  ASSERT_EQ(::pclose(list), 0);
  std::string table;
  char line[256];
  for (const Benchmark& benchmark : benchmarks()) {
    std::snprintf(line, sizeof line, "%-16s %s\n", std::string(benchmark.name).c_str(), std::string(benchmark.what).c_str());
    table += line;
  }
  EXPECT_EQ(text, table);
}

}  // namespace
}  // namespace scenario
