// SPDX-License-Identifier: Apache-2.0
#include "guest/qemu/still_clock.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/time.h>

namespace guest {
namespace {

TEST(StillClock, IsALibraryWhoseTimeOfDayNeverMoves) {
  const auto folder = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "still-clock-").value();
  ASSERT_TRUE(write_still_clock(folder.path()));
  void* library = ::dlopen((folder.path() / kStillClockFile).c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << ::dlerror();
  const auto time_of_day = reinterpret_cast<int (*)(timeval*, void*)>(::dlsym(library, "gettimeofday"));
  ASSERT_NE(time_of_day, nullptr);
  for (int i = 0; i < 2; ++i) {
    timeval now{.tv_sec = 1, .tv_usec = 1};
    EXPECT_EQ(time_of_day(&now, nullptr), 0);
    EXPECT_EQ(now.tv_sec, 1767225600);
    EXPECT_EQ(now.tv_usec, 0);
  }
  ::dlclose(library);
}

}  // namespace
}  // namespace guest
