// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <gtest/gtest.h>

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

TEST(Sha256, FieldsDoNotRunTogether) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(Sha256().field("ab").field("c").hex(), Sha256().field("a").field("bc").hex());
}

}  // namespace base
