// SPDX-License-Identifier: Apache-2.0
#include "kernel/waiting.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

namespace kernel {
namespace {

class WaitForLock : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "wait-").value();
  base::fs::path path_ = folder_.path() / "lock";
};

TEST_F(WaitForLock, SaysWhomItWaitsForAndGoesOnWhenThatOneIsDone) {
  std::optional first(wait_for_lock(path_, {.doing = "builds the kernel x"}).value());
  std::string said;
  const auto second = wait_for_lock(path_, {.doing = "builds it too", .on_wait = [&](const std::string& line) {
                                              said = line;
                                              first.reset();
                                            }});
  ASSERT_TRUE(second && second->locked());
  EXPECT_EQ(said, fmt::format("waiting for vmlab {}, which builds the kernel x", ::getpid()));
  EXPECT_EQ(base::lock_holder(path_)->doing, "builds it too");
}

TEST_F(WaitForLock, SaysNothingWhenItNeedNotWait) {
  bool said = false;
  EXPECT_TRUE(wait_for_lock(path_, {.on_wait = [&](const std::string&) { said = true; }})->locked());
  EXPECT_FALSE(said);
}

TEST_F(WaitForLock, ReadersLeaveNoWordAndDoNotWaitForEachOther) {
  const auto first = wait_for_lock(path_, {.doing = "reads"}, true), second = wait_for_lock(path_, {}, true);
  EXPECT_TRUE(first->locked() && second->locked());
  EXPECT_FALSE(base::lock_holder(path_));
}

TEST_F(WaitForLock, EndsWhenTheWorkIsCancelled) {
  const auto held = wait_for_lock(path_, {});
  HostCommandRunner runner;
  const auto refused = wait_for_lock(path_, {.on_wait = [&](const std::string&) { runner.cancel(); }, .runner = &runner});
  EXPECT_FALSE(refused);
}

}  // namespace
}  // namespace kernel
