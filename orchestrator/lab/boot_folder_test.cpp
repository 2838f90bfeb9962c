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

TEST(BootFolder, WhatAKilledLabLeftInItsRunIsSweptAndNothingElse) {
  auto dir = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "boot-folder-").value();
  const base::fs::path job = dir.path() / "jobs/x86_64-1";
  for (const char* name : {"boot-1/initrd", "boot-1/job.cpio", "boot-1/qemu.sh", "boot-1/console.log", "boot-2/initrd",
                           "boot-2/initrd.tmp-aB3dE9", "kernel.config"}) {
    base::fs::create_directories((job / name).parent_path());
    ASSERT_TRUE(base::write_file_atomic(job / name, "x"));
  }
  base::fs::last_write_time(job / "boot-2/initrd.tmp-aB3dE9", base::fs::file_time_type::clock::now() - std::chrono::hours(1));
  sweep_run(dir.path());
  for (const char* gone : {"boot-1/initrd", "boot-2/initrd", "boot-2/initrd.tmp-aB3dE9"}) EXPECT_FALSE(base::fs::exists(job / gone)) << gone;
  for (const char* kept : {"boot-1/job.cpio", "boot-1/qemu.sh", "boot-1/console.log", "kernel.config"}) EXPECT_TRUE(base::fs::exists(job / kept)) << kept;
  sweep_run(dir.path() / "not there");
}

}  // namespace lab
