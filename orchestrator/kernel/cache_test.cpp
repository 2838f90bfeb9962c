// SPDX-License-Identifier: Apache-2.0
#include "kernel/cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <fstream>

namespace kernel {
namespace {

class Cache : public ::testing::Test {
 protected:
  Cache()
      : scratch_(std::move(*base::TemporaryDirectory::create("/tmp", "vmlab-cache-test"))),
        cache_(scratch_.path()) {}
  static void build(const ArtifactCache& cache, const std::string& key, const std::string& text) {
    auto slot = cache.open("kernel", key);
    ASSERT_TRUE(slot.has_value());
    ASSERT_FALSE(slot->artifact().has_value());
    std::ofstream(slot->scratch() / "image") << text;
    ASSERT_TRUE(slot->commit({{"summary", "a kernel"}}).has_value());
  }
  base::TemporaryDirectory scratch_;
  ArtifactCache cache_;
};

TEST_F(Cache, AnEntryIsFoundAfterItsCommitOnly) {
  EXPECT_FALSE(cache_.find("kernel", "k1").has_value());
  {
    auto abandoned = cache_.open("kernel", "k1");
    std::ofstream(abandoned->scratch() / "image") << "half";
  }
  EXPECT_FALSE(cache_.find("kernel", "k1").has_value());
  build(cache_, "k1", "whole");
  const auto found = cache_.find("kernel", "k1");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*base::read_file(found->folder / "image"), "whole");
  EXPECT_EQ(found->meta->at("summary").as_string(), "a kernel");
}

TEST_F(Cache, DamagedEntriesAreRebuilt) {
  build(cache_, "k1", "whole");
  const base::fs::path image = cache_.find("kernel", "k1")->folder / "image";
  std::ofstream(image) << "WHOLE";  // same size, other content
  EXPECT_FALSE(cache_.find("kernel", "k1").has_value());
  build(cache_, "k1", "whole");
  base::fs::remove(image);
  EXPECT_FALSE(cache_.find("kernel", "k1").has_value());
  build(cache_, "k1", "whole");
  std::ofstream(image.parent_path() / "manifest.json") << "{}";
  EXPECT_FALSE(cache_.find("kernel", "k1").has_value());
  build(cache_, "k1", "whole");
  EXPECT_TRUE(cache_.find("kernel", "k1").has_value());
}

TEST_F(Cache, AByteThatFlippedWithoutATraceIsNoticedByTheNextProcess) {
  build(cache_, "k1", "whole");
  const base::fs::path image = cache_.find("kernel", "k1")->folder / "image";
  const auto time = base::fs::last_write_time(image);
  std::ofstream(image) << "wHole";
  base::fs::last_write_time(image, time);
  EXPECT_EQ(ArtifactCache(scratch_.path()).list().size(), 1u);
  EXPECT_FALSE(ArtifactCache(scratch_.path()).find("kernel", "k1").has_value());
}

TEST_F(Cache, WhoWaitsForABuildIsToldWhoBuildsWhat) {
  auto building = std::make_optional(cache_.open("kernel", "k1", {.doing = "builds the kernel x"}).value());
  std::string said;
  auto waited = cache_.open("kernel", "k1", {.on_wait = [&](const std::string& line) {
                              said = line;
                              if (building) std::ofstream(building->scratch() / "image") << "whole";
                              if (building) EXPECT_TRUE(building->commit({}));
                              building.reset();
                            }});
  ASSERT_TRUE(waited && waited->artifact());
  EXPECT_EQ(said, "waiting for vmlab " + std::to_string(getpid()) + ", which builds the kernel x");
}

TEST_F(Cache, GcDropsTheLocksOfEntriesThatAreNoMore) {
  build(cache_, "old", "whole");
  build(cache_, "used", "whole");
  const auto used = cache_.find("kernel", "used");
  auto building = cache_.open("kernel", "building");
  ASSERT_TRUE(building && used);
  ASSERT_TRUE(base::write_file_atomic(scratch_.path() / "locks/selftests-gone", ""));
  ASSERT_TRUE(cache_.gc({.max_bytes = 1}));
  EXPECT_FALSE(base::fs::exists(scratch_.path() / "locks/selftests-gone"));
  EXPECT_FALSE(base::fs::exists(scratch_.path() / "locks/kernel-old"));
  EXPECT_TRUE(base::fs::exists(scratch_.path() / "locks/kernel-used"));
  EXPECT_TRUE(base::fs::exists(scratch_.path() / "locks/kernel-building"));
}

TEST_F(Cache, TwoProcessesBuildAKeyOnce) {
  for (int round = 0; round < 5; ++round) {
    const std::string key = "key" + std::to_string(round);
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
      const pid_t pid = fork();
      if (pid == 0) {
        auto slot = cache_.open("kernel", key);
        if (!slot) _exit(9);
        if (slot->artifact()) _exit(0);
        std::ofstream(slot->scratch() / "image") << getpid();
        usleep(20'000);
        _exit(slot->commit({}) ? 1 : 9);
      }
      children.push_back(pid);
    }
    int built = 0, failed = 0;
    for (pid_t pid : children) {
      int status = 0;
      waitpid(pid, &status, 0);
      built += WEXITSTATUS(status) == 1;
      failed += WEXITSTATUS(status) > 1;
    }
    EXPECT_EQ(built, 1);
    EXPECT_EQ(failed, 0);
  }
}

TEST_F(Cache, WhatAKilledBuilderLeftIsSwept) {
  const pid_t pid = fork();
  if (pid == 0) {
    auto slot = cache_.open("kernel", "k1");
    std::ofstream(slot->scratch() / "image") << "half";
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  const base::fs::path kind = scratch_.path() / "artifacts" / "kernel";
  EXPECT_FALSE(base::fs::is_empty(kind));
  ASSERT_TRUE(cache_.gc({}).has_value());
  EXPECT_TRUE(base::fs::is_empty(kind));
}

TEST_F(Cache, GcDropsTheLongestUnusedButNothingInUse) {
  build(cache_, "old", std::string(100'000, 'o'));
  build(cache_, "new", std::string(100'000, 'n'));
  const timespec past[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
  utimensat(AT_FDCWD, (scratch_.path() / "artifacts/kernel/old/.used").c_str(), past, 0);
  ASSERT_EQ(cache_.list().size(), 2u);
  EXPECT_EQ(cache_.list()[0].key, "old");
  EXPECT_EQ(cache_.list()[0].summary, "a kernel");

  const auto dry = cache_.gc({.older_than = std::chrono::hours(24), .dry_run = true});
  EXPECT_EQ(dry->removed.size(), 1u);
  EXPECT_EQ(cache_.list().size(), 2u);
  const auto used = cache_.find("kernel", "new");
  const auto report = cache_.gc({.max_bytes = 1000});
  ASSERT_TRUE(report.has_value());
  ASSERT_EQ(report->removed.size(), 1u);
  EXPECT_EQ(report->removed[0].key, "old");
  ASSERT_EQ(report->busy.size(), 1u);
  EXPECT_TRUE(cache_.find("kernel", "new").has_value());
}

}  // namespace
}  // namespace kernel
