// SPDX-License-Identifier: Apache-2.0
#include "runner/artifacts.h"

#include <gtest/gtest.h>

namespace runner {

TEST(Artifacts, NeverLeaveTheirFolder) {
  EXPECT_EQ(Artifacts::file_name("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(Artifacts::file_name(""), "_");
  EXPECT_EQ(Artifacts::file_name("mm/uffd-stress anon"), "mm_uffd-stress_anon");
  EXPECT_EQ(Artifacts::file_name(std::string(500, 'a')).size(), 120u);
}

TEST(Artifacts, CutAFloodAndSayIt) {
  auto dir = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "artifacts-").value();
  Artifacts artifacts(dir.path(), 10);
  artifacts.append("x", "12345678");
  artifacts.append("x", "90abcdef");
  artifacts.append("x", "XYZ");
  const std::string text = base::read_file(dir.path() / "x").value();
  EXPECT_TRUE(text.starts_with("1234567890\n[vmlab: cut here")) << text;
  EXPECT_EQ(text.find("XYZ"), std::string::npos);
}

}  // namespace runner
