// SPDX-License-Identifier: Apache-2.0
#include "lab/earlier.h"

#include <gtest/gtest.h>

namespace lab {
namespace {

using model::Outcome;

model::JobRecord job(const std::string& name) {
  model::JobRecord record{.job = name, .machine = "x86_64"};
  record.kernel.source = "debian:6.12";
  return record;
}

model::CaseResult row(const std::string& job_name, const std::string& test, Outcome outcome, int attempt = 1) {
  model::CaseResult result;
  result.id = result.test = test;
  result.job = job_name;
  result.machine = "x86_64";
  result.outcome = outcome;
  result.attempt = attempt;
  return result;
}

const runner::RerunRules kTwice{.retries = 2};

}  // namespace

TEST(Earlier, ATestWithAResultIsNotRunAgain) {
  model::Run run;
  run.jobs = {job("x86_64-1")};
  run.results = {row("x86_64-1", "mm/a", Outcome::pass)};
  const Earlier earlier(run);
  EXPECT_FALSE(earlier.owed(job("x86_64-2"), "mm/a", kTwice).anything());
  EXPECT_TRUE(earlier.owed(job("x86_64-2"), "mm/b", kTwice).run);
  EXPECT_EQ(earlier.owed(job("x86_64-2"), "mm/b", kTwice).first_attempt, 1);
  model::JobRecord other = job("x86_64-2");
  other.kernel.patches = {"fix.patch"};
  EXPECT_TRUE(earlier.owed(other, "mm/a", kTwice).run) << "another kernel of the same run";
}

TEST(Earlier, WhatTheHostTookIsRunAgainAsTheNextAttempt) {
  model::Run run;
  run.jobs = {job("x86_64-1")};
  run.results = {row("x86_64-1", "mm/a", Outcome::pass), row("x86_64-1", "mm/a", Outcome::infra),
                 row("x86_64-1", "mm/a", Outcome::infra, 2)};
  const auto owed = Earlier(run).owed(job("x86_64-2"), "mm/a", kTwice);
  EXPECT_TRUE(owed.run);
  EXPECT_EQ(owed.first_attempt, 3);
}

TEST(Earlier, ABadResultIsOwedOnlyTheRunsThatAreStillDue) {
  model::Run run;
  run.jobs = {job("x86_64-1")};
  run.results = {row("x86_64-1", "mm/a", Outcome::fail), row("x86_64-1", "mm/a", Outcome::pass, 2)};
  const auto owed = Earlier(run).owed(job("x86_64-2"), "mm/a", kTwice);
  EXPECT_FALSE(owed.run);
  EXPECT_EQ(owed.reruns, 1);
  EXPECT_EQ(owed.first_attempt, 3);
  run.results.push_back(row("x86_64-1", "mm/a", Outcome::pass, 3));
  EXPECT_FALSE(Earlier(run).owed(job("x86_64-2"), "mm/a", kTwice).anything());
}

TEST(Earlier, NewJobsGetNumbersBehindTheOldOnes) {
  model::Run run;
  run.jobs = {job("x86_64-1"), job("x86_64-12"), job("x86_64-0")};
  EXPECT_EQ(Earlier(run).last_job("x86_64"), 12);
  EXPECT_EQ(Earlier(run).last_job("arm64"), 0);
}

TEST(Earlier, OtherArtefactsThanTheRunsAreRefused) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "built").value();
  model::JobRecord record = job("x86_64-1");
  record.kernel.key = "k1";
  EXPECT_TRUE(same_artifacts(folder.path(), record, "s1"));
  EXPECT_TRUE(same_artifacts(folder.path(), record, "s1"));
  const auto selftests = same_artifacts(folder.path(), record, "s2");
  ASSERT_FALSE(selftests);
  EXPECT_NE(selftests.error().message.find("selftests of x86_64"), std::string::npos);
  record.kernel.key = "k2";
  const auto kernel = same_artifacts(folder.path(), record, "s1");
  ASSERT_FALSE(kernel);
  EXPECT_NE(kernel.error().message.find("kernel's sources"), std::string::npos);
  record.kernel.patches = {"fix.patch"};
  EXPECT_TRUE(same_artifacts(folder.path(), record, "s1")) << "a second kernel of the run";
}

}  // namespace lab
