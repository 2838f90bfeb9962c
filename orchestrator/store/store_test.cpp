// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "base/file.h"
#include "store/names.h"

namespace store {
namespace {

struct StoreTest : testing::Test {
  base::TemporaryDirectory tmp = base::value_or_throw(
      base::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "vmlab-store-"));
  Store store = Store::open(tmp.path());
};

model::CaseResult result(std::string test, std::string name,
                         model::Outcome outcome = model::Outcome::pass) {
  model::CaseResult r;
  r.test = test;
  r.id = name.empty() ? test : test + "/" + name;
  r.job = "x86_64-1";
  r.machine = "x86_64";
  r.outcome = outcome;
  return r;
}

TEST_F(StoreTest, GivesBackWhatItWasGiven) {
  const std::string id = store.begin_run({.scenario = "smoke", .command = "vmlab run smoke"});
  store.plan(id, std::vector<model::Planned>{
                     {.job = "x86_64-1", .machine = "x86_64", .test = "mm/cow", .position = 0},
                     {.job = "x86_64-1",
                      .machine = "x86_64",
                      .test = "mm/pkey",
                      .position = 1,
                      .unfit = "no such keys"}});
  model::JobRecord job{.job = "x86_64-1", .arch = "x86_64", .machine = "x86_64"};
  store.upsert_job(id, job);
  job.kernel.patches = {"0001-a \"b\".patch"};
  job.kernel.version = "6.12.117";
  job.boot_ms = 1900.5;
  job.starts = {.restored = 7, .cold = 3, .fallbacks = 1, .checked = 2, .differences = {"mm/cow: \"pass\", not fail"}};
  store.upsert_job(id, job);

  model::CaseResult r = result("mm/cow", "a\x1b[31m\xff b", model::Outcome::fail);
  r.reason = std::string("nul \0 inside", 12);
  r.seed = ~std::uint64_t{0};
  r.clock = model::Clock::instructions;
  r.duration_ms = 0.1;
  r.evidence = "line 1\nline 2\n";
  r.attempt = 2;
  r.boot = 3;
  r.position = 4;
  const std::string handle = store.add_result(id, r);
  store.add_samples(
      id, std::vector<model::Sample>{
              {.metric = "fork/ns", .job = "x86_64-1", .seed = 7, .unit = "ns", .value = 12.25}});
  store.add_artifact(id,
                     {.job = "x86_64-1", .name = "console.log", .path = "x86_64-1/console.log"});

  const LoadedRun loaded = base::value_or_throw(store.load_run("last"));
  EXPECT_EQ(loaded.state, RunState::running);
  EXPECT_EQ(loaded.run.scenario, "smoke");
  ASSERT_EQ(loaded.run.planned.size(), 2u);
  EXPECT_EQ(loaded.run.planned[1].unfit, "no such keys");
  ASSERT_EQ(loaded.run.jobs.size(), 1u);
  EXPECT_EQ(loaded.run.jobs[0].kernel.patches, job.kernel.patches);
  EXPECT_EQ(loaded.run.jobs[0].boot_ms, 1900.5);
  EXPECT_EQ(loaded.run.jobs[0].starts.restored, 7);
  EXPECT_EQ(loaded.run.jobs[0].starts.fallbacks, 1);
  EXPECT_EQ(loaded.run.jobs[0].starts.differences, job.starts.differences);
  ASSERT_EQ(loaded.run.results.size(), 1u);
  const model::CaseResult& back = loaded.run.results[0];
  EXPECT_EQ(back.handle, handle);
  EXPECT_EQ(back.id, r.id);
  EXPECT_EQ(back.reason, r.reason);
  EXPECT_EQ(back.seed, r.seed);
  EXPECT_EQ(back.clock, r.clock);
  EXPECT_EQ(back.evidence, r.evidence);
  EXPECT_EQ(back.attempt, 2);
  EXPECT_EQ(back.boot, 3);
  ASSERT_EQ(loaded.run.samples.size(), 1u);
  EXPECT_EQ(loaded.run.samples[0].value, 12.25);
  EXPECT_EQ(store.artifacts(id).at(0).path, "x86_64-1/console.log");
  EXPECT_TRUE(std::filesystem::is_directory(store.run_directory(id)));
}

TEST_F(StoreTest, TakesBackARunInWhichNothingHappenedAndNoOther) {
  const std::string full = store.begin_run({.scenario = "smoke"});
  store.add_result(full, result("mm/cow", "a", model::Outcome::pass));
  const std::string empty = store.begin_run({.scenario = "smoke"});
  store.discard_empty_run(empty);
  store.discard_empty_run(full);
  EXPECT_EQ(store.resolve_run("last").value(), full);
  EXPECT_EQ(store.list_runs().size(), 1u);
}

TEST_F(StoreTest, AFinishedRunIsNotRunning) {
  const std::string id = store.begin_run({});
  store.finish_run(id);
  EXPECT_EQ(store.list_runs().at(0).state, RunState::finished);
  EXPECT_FALSE(store.list_runs().at(0).finished_at.empty());
}

TEST_F(StoreTest, EqualResultsKeepHandlesOfTheirOwn) {
  const std::string id = store.begin_run({});
  std::set<std::string> handles;
  for (int i = 0; i < 40; ++i) handles.insert(store.add_result(id, result("mm/cow", "same")));
  EXPECT_EQ(handles.size(), 40u);
  EXPECT_EQ(store.load_run(id)->run.results.size(), 40u);
  for (const std::string& handle : handles) EXPECT_GE(handle.size(), 6u);
}

TEST_F(StoreTest, NamesRunsByIdStartAndAge) {
  const std::string a = store.begin_run({.id = "20260101-000000-aaaa"});
  const std::string b = store.begin_run({.id = "20260102-000000-bbbb"});
  EXPECT_EQ(store.resolve_run("last"), b);
  EXPECT_EQ(store.resolve_run("last~1"), a);
  EXPECT_EQ(store.resolve_run("20260101"), a);
  EXPECT_NE(store.resolve_run("2026").error().hint.find("say more"), std::string::npos);
  EXPECT_EQ(store.resolve_run("20260101-000000-aaab").error().hint,
            "did you mean 20260101-000000-aaaa?");
  EXPECT_FALSE(store.resolve_run("last~2"));
  EXPECT_FALSE(store.resolve_run("last~-1"));
  EXPECT_FALSE(store.resolve_run(""));
}

TEST_F(StoreTest, AnEmptyStoreSaysHowToMakeARun) {
  EXPECT_NE(store.load_run("last").error().hint.find("vmlab run"), std::string::npos);
}

TEST_F(StoreTest, ReproductionNamesTheTestsBeforeInTheSameBoot) {
  const std::string id = store.begin_run({.scenario = "smoke"});
  std::string wanted;
  int position = 0;
  for (const char* test : {"mm/a", "mm/b", "mm/c"}) {
    auto r = result(test, "1");
    r.position = position++;
    wanted = store.add_result(id, r);
    store.add_result(id, result(test, "2"));
  }
  auto other_boot = result("mm/hung", "");
  other_boot.boot = 1;
  store.add_result(id, other_boot);
  const auto found = store.find_result(wanted);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->result.id, "mm/c/1");
  EXPECT_EQ(found->tests_before, (std::vector<std::string>{"mm/a", "mm/b"}));
  EXPECT_EQ(found->scenario, "smoke");
  EXPECT_FALSE(store.find_result("nosuch"));
}

TEST_F(StoreTest, ExpectsWhatTheLastFiveRunsTookInTheMiddle) {
  for (int run = 0; run < 7; ++run) {
    const std::string id = store.begin_run({});
    auto r = result("mm/slow", "");
    r.duration_ms = run == 0 || run == 6 ? 99'000 : 1'000 + run;
    store.add_result(id, r);
    r.outcome = model::Outcome::infra;
    r.duration_ms = 500'000;
    store.add_result(id, r);
  }
  EXPECT_EQ(store.expected_duration("mm/slow", "x86_64"), std::chrono::milliseconds(1004));
  EXPECT_EQ(store.expected_duration("mm/slow", "arm64"), std::nullopt);
  EXPECT_EQ(store.expected_duration("mm/other", "x86_64"), std::nullopt);
}

TEST_F(StoreTest, CutsTextsThatHaveNoEndAndSaysSo) {
  const std::string id = store.begin_run({});
  auto r = result("mm/cow", std::string(100'000, 'n'));
  r.evidence.assign(10'000'000, 'e');
  store.add_result(id, r);
  const auto back = store.load_run(id)->run.results.at(0);
  EXPECT_LE(back.id.size(), kNameLimit);
  EXPECT_LE(back.evidence.size(), kEvidenceLimit);
  EXPECT_TRUE(back.evidence.ends_with(" more bytes]"));
}

TEST(StoreNames, LongNamesStayApart) {
  const std::string a = bounded_name(std::string(5000, 'x') + "a");
  const std::string b = bounded_name(std::string(5000, 'x') + "b");
  EXPECT_NE(a, b);
}

TEST(StoreNames, DoesNotCutInsideACharacter) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "\u20ac";
  for (std::size_t limit = 100; limit < 104; ++limit)
    EXPECT_EQ(bounded(text, limit).find(" [...") % 3, 0u);
}

TEST_F(StoreTest, TheReferenceSchemaIsTheRealOne) {
  const auto script =
      base::read_file(std::filesystem::path(VMLAB_SOURCE_DIR) / "results/schema.sql");
  ASSERT_TRUE(script) << script.error().text();
  store.begin_run({});
  EXPECT_EQ(store.schema_text(), *script);
}

}  // namespace
}  // namespace store
