// SPDX-License-Identifier: Apache-2.0
#include "base/program.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace base {

class ProgramLookup : public testing::Test {
 protected:
  ProgramLookup() {
    for (const char* folder : {"one", "two"}) fs::create_directories(at(folder));
    add("two/tool", 0755);
    setenv("PATH", (at("one").string() + "::" + at("two").string()).c_str(), 1);
  }
  ~ProgramLookup() override { setenv("PATH", old_.c_str(), 1); }
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  void add(const std::string& name, int mode) { ASSERT_TRUE(write_file_atomic(at(name), "#!/bin/sh\n", mode)); }

  TemporaryDirectory folder_ = TemporaryDirectory::create(fs::temp_directory_path(), "program-test-").value();
  std::string old_ = std::getenv("PATH");
};

TEST_F(ProgramLookup, TakesTheFirstFolderThatHasIt) {
  EXPECT_EQ(find_program("tool"), at("two/tool"));
  add("one/tool", 0755);
  EXPECT_EQ(find_program("tool"), at("one/tool"));
}

TEST_F(ProgramLookup, PassesOverWhatCannotRun) {
  add("one/tool", 0644);
  EXPECT_EQ(find_program("tool"), at("two/tool"));
  fs::remove(at("one/tool"));
  fs::create_directory(at("one/tool"));
  EXPECT_EQ(find_program("tool"), at("two/tool"));
}

TEST_F(ProgramLookup, TakesANameWithASlashAsItIs) {
  EXPECT_EQ(find_program(at("two/tool").string()), at("two/tool"));
  EXPECT_FALSE(find_program(at("one/tool").string()));
  EXPECT_FALSE(find_program(""));
}

TEST_F(ProgramLookup, NeverLooksInTheCurrentFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(at("two"));
  setenv("PATH", "", 1);
  EXPECT_FALSE(find_program("tool"));
  fs::current_path(before);
}

TEST_F(ProgramLookup, FindsSystemProgramsWithoutHelpFromPath) {
  if (!fs::exists("/sbin/ldconfig")) GTEST_SKIP() << "this host has no /sbin/ldconfig";
  EXPECT_FALSE(find_program("ldconfig"));
  EXPECT_TRUE(find_system_program("ldconfig"));
}

}  // namespace base
