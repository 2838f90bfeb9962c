// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "base/hash.h"

namespace base {

TEST(AtomicWrite, ReplacesTheWholeFileAndLeavesNothingBeside) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  const fs::path path = dir.path() / "x";
  ASSERT_TRUE(write_file_atomic(path, "one"));
  ASSERT_TRUE(write_file_atomic(path, "two"));
  EXPECT_EQ(read_file(path).value(), "two");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST(ReadFile, RefusesWhatIsTooLargeOrNotAFile) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  ASSERT_TRUE(write_file_atomic(dir.path() / "x", "12345"));
  EXPECT_FALSE(read_file(dir.path() / "x", 4));
  EXPECT_NE(read_file(dir.path()).error().message.find("is a directory"), std::string::npos);
  EXPECT_NE(read_file(dir.path() / "none").error().message.find("No such file"), std::string::npos);
}

TEST(FileLock, IsExclusiveAndEndsWithItsOwner) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  {
    auto first = FileLock::acquire(dir.path() / "lock").value();
    EXPECT_FALSE(FileLock::try_acquire(dir.path() / "lock").value().locked());
  }
  EXPECT_TRUE(FileLock::try_acquire(dir.path() / "lock").value().locked());
}

TEST(FileLock, TellsWhoWaitsWhatItsHolderDoes) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  const fs::path path = dir.path() / "lock";
  EXPECT_FALSE(lock_holder(path));
  {
    auto lock = FileLock::acquire(path).value();
    EXPECT_FALSE(lock_holder(path));
    lock.say_holder("builds a kernel");
    const auto holder = lock_holder(path);
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->pid, ::getpid());
    EXPECT_EQ(holder->doing, "builds a kernel");
  }
  EXPECT_FALSE(lock_holder(path)) << "the word outlives the lock";
  ASSERT_TRUE(write_file_atomic(path, "2147483647 is dead"));
  EXPECT_FALSE(lock_holder(path));
  ASSERT_TRUE(write_file_atomic(path, "nonsense"));
  EXPECT_FALSE(lock_holder(path));
}

TEST(FileLock, IsTakenOnTheFileThatHasTheName) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  const fs::path path = dir.path() / "lock";
  auto first = std::make_optional(FileLock::acquire(path).value());
  std::thread waiter([&] {
    auto second = FileLock::acquire(path).value();
    EXPECT_FALSE(FileLock::try_acquire(path).value().locked()) << "two hold the lock";
  });
  first->remove_file(path);
  EXPECT_FALSE(fs::exists(path));
  first.reset();
  waiter.join();
}

TEST(SweepTemporaries, TakesWhatTheDeadLeftAndNothingElse) {
  auto dir = TemporaryDirectory::create(fs::temp_directory_path(), "file_test-").value();
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const auto age = [&](const fs::path& path) { fs::last_write_time(path, old); };
  for (const char* name : {"x.tmp-abcDEF", "x.config", "x"}) ASSERT_TRUE(write_file_atomic(dir.path() / name, ""));
  fs::create_directories(dir.path() / "unpackABCDEF/below");
  fs::create_directories(dir.path() / "unpacked");
  auto mine = open_temporary(dir.path() / "mine").value();
  auto live = TemporaryDirectory::create(dir.path(), "unpack").value();
  EXPECT_EQ(sweep_temporaries(dir.path(), {"unpack"}), 0u) << "all of it is young";
  for (const auto& entry : fs::directory_iterator(dir.path())) age(entry.path());
  EXPECT_EQ(sweep_temporaries(dir.path(), {"unpack"}), 2u);
  EXPECT_FALSE(fs::exists(dir.path() / "x.tmp-abcDEF"));
  EXPECT_FALSE(fs::exists(dir.path() / "unpackABCDEF"));
  EXPECT_TRUE(fs::exists(mine.path) && fs::exists(live.path()));
  EXPECT_TRUE(fs::exists(dir.path() / "x.config") && fs::exists(dir.path() / "unpacked"));
  EXPECT_EQ(sweep_temporaries(dir.path() / "not there"), 0u);
}

TEST(Sha256, FieldsDoNotRunTogether) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(Sha256().field("ab").field("c").hex(), Sha256().field("a").field("bc").hex());
}

}  // namespace base
