// SPDX-License-Identifier: Apache-2.0
#include "lab/placebo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace lab {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Placebo : public testing::Test {
 protected:
  base::TemporaryDirectory folder_ = base::TemporaryDirectory::create(base::fs::temp_directory_path(), "placebo-").value();
};

TEST_F(Placebo, PatchesAddOnlyWhatNobodyCalls) {
  for (int n = 1; n <= 40; ++n) {
    const std::string patch = placebo_patch(n);
    if (patch.empty()) {
      EXPECT_EQ(n % 8, 0);
      continue;
    }
    EXPECT_THAT(patch, StartsWith("--- a/"));
    EXPECT_THAT(patch, HasSubstr("vmlab_placebo_" + std::to_string(n)));
    EXPECT_EQ(patch.find("\n-"), std::string::npos) << patch;
  }
}

TEST_F(Placebo, KernelsDifferFromEachOtherAndAreTheSameEachTime) {
  std::set<std::string> patches;
  for (int n = 1; n <= 20; ++n) {
    patches.insert(placebo_patch(n));
    EXPECT_EQ(placebo_patch(n), placebo_patch(n));
  }
  EXPECT_EQ(patches.size(), 19u);  // 8 and 16 have none
  const auto version = with_placebo({}, 8, folder_.path());
  ASSERT_TRUE(version);
  EXPECT_TRUE(version->patches.empty());
  EXPECT_EQ(version->options.back().value, "\"-placebo8\"");
}

TEST_F(Placebo, FitAFileWithItsLicenceInTheFirstLine) {
  const auto kernel = with_placebo({}, 4, folder_.path());
  ASSERT_TRUE(kernel);
  base::fs::create_directories(folder_.path() / "mm");
  ASSERT_TRUE(base::write_file_atomic(folder_.path() / "mm/mincore.c", "// SPDX-License-Identifier: GPL-2.0\nint x;\n"));
  const std::string patch = "cd " + folder_.path().string() + " && patch -s -p1 -F0 < " + kernel->patches.back() +
                            " && gcc -std=gnu11 -Wall -Wextra -Wmissing-prototypes -Werror -O2 -c -o x.o mm/mincore.c";
  EXPECT_EQ(std::system(patch.c_str()), 0);
}

}  // namespace
}  // namespace lab
