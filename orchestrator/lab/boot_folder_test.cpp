// SPDX-License-Identifier: Apache-2.0
#include "lab/boot_folder.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace lab {

TEST(BootFolder, TheScriptPutsTheImageTogetherAgain) {
  auto dir = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "boot-folder-").value();
  const base::fs::path boot = dir.path() / "boot-1";
  base::fs::create_directories(boot);
  ASSERT_TRUE(base::write_file_atomic(dir.path() / "base image", "BASE"));
  ASSERT_TRUE(base::write_file_atomic(boot / "qemu.sh", "#!/bin/sh\ncd \"$(dirname \"$0\")\"\nexec cp initrd copy\n", 0755));
  ASSERT_TRUE(base::write_file_atomic(boot / "initrd", "old"));
  ASSERT_TRUE(keep_rebuildable(boot, {.path = dir.path() / "base image"}, "vmlab-plan 1\ngo\n"));
  drop_images(dir.path());
  EXPECT_FALSE(base::fs::exists(boot / "initrd"));
  ASSERT_EQ(std::system((boot / "qemu.sh").c_str()), 0);
  const std::string made = base::read_file(boot / "copy").value();
  EXPECT_TRUE(made.starts_with("BASE"));
  EXPECT_NE(made.find("vmlab-plan 1"), std::string::npos);
}

}  // namespace lab
